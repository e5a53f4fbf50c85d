# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads one TAP 13 stream and says what is wrong with its shape, a line each:
# nothing where all is well. It is stricter than any consumer, since it knows
# who wrote the stream.
#
# -v facts=1	prints what the stream says instead, one trial a line, tabs between:
#	variant, verdict, line:column, round, expected, seen, message
# -v short=1	the stream may end in Bail out!, as that of an interrupted run

function wrong(text)	{ if (!facts) print "line " NR ": " text ": " $0 }

function unquoted(s)
{
	sub(/^"/, "", s)
	sub(/"$/, "", s)
	gsub(/\\"/, "\"", s)
	gsub(/\\\\/, "\\", s)
	return s
}

function told(key)	{ return key in yaml ? yaml[key] : "-" }

# Which verdict a point without YAML, or with it, tells
function verdict()
{
	if ("verdict" in yaml)
		return yaml["verdict"]
	return directive == "SKIP" ? "skip" : "pass"
}

function end_of_point(	k, n, need)
{
	if (!point)
		return
	if (!good) {
		n = split("message verdict file duration_ms tries kernel repro", need, " ")
		for (k = 1; k <= n; k++)
			if (!(need[k] in yaml) && !short)
				print "point " point ": its YAML has no " need[k]
	}
	if (good && ("verdict" in yaml))
		print "point " point ": ok, but its YAML says " yaml["verdict"]
	if (verdict() == "fail" && (!("line" in yaml) || !("step" in yaml)))
		print "point " point ": a failure without line or step"
	if (facts)
		print variant "\t" verdict() "\t" told("line") ":" told("column") "\t" \
		      told("round") "\t" told("expected") "\t" told("seen") "\t" \
		      ("message" in yaml ? yaml["message"] : reason)
	point = 0
	split("", yaml)
}

NR == 1	{ if ($0 != "TAP version 13") wrong("no version"); next }
NR == 2	{
	if ($0 !~ /^1\.\.[0-9]+( # SKIP .*)?$/)
		wrong("no plan")
	plan = substr($1, 4) + 0
	next
}
bailed	{ if (!/^# /) wrong("behind Bail out"); next }
in_yaml && /^  \.\.\.$/	{ in_yaml = 0; next }
in_yaml {
	if ($0 ~ /^  (  )*[a-z_]+: ".*"$/) {
		key = $1
		sub(/:$/, "", key)
		if (key in yaml)
			wrong("key said twice")
		value = $0
		sub(/^ *[a-z_]+: /, "", value)
		yaml[key] = unquoted(value)
	} else if ($0 !~ /^  [a-z]+:$/ && $0 !~ /^    - ".*"$/) {
		wrong("no YAML of ours")
	}
	next
}
/^  ---$/ {
	if (!point || after_point != NR - 1)
		wrong("YAML that follows no point")
	in_yaml = 1
	next
}
/^(not )?ok / {
	end_of_point()
	good = $1 == "ok"
	line = $0
	sub(/^(not )?ok /, "", line)
	point = line + 0
	after_point = NR
	if (point != ++points)
		wrong("number out of order")
	if (line !~ /^[0-9]+ - /)
		wrong("no name")
	sub(/^[0-9]+ - /, "", line)
	directive = reason = ""
	if (match(line, / # (SKIP|TODO) ./)) {
		directive = substr(line, RSTART + 3, 4)
		reason = substr(line, RSTART + 8)
		line = substr(line, 1, RSTART - 1)
		if (good != (directive == "SKIP"))
			wrong("SKIP stands behind ok, TODO behind not ok")
	}
	if (line !~ /^[A-Za-z0-9._\/=,:+<>%-]+( [A-Za-z0-9._\/=,:+<>%-]+)*$/)
		wrong("a name that some cannot read")
	if (line in named)
		wrong("a name said twice")
	named[line] = 1
	variant = line
	sub(/^[^ ]* ?/, "", variant)
	next
}
/^Bail out! ./ { if (!short) wrong("bails out"); bailed = 1; next }
/^# ./	{ next }
/^#$/	{ next }
	{ wrong("neither point nor YAML nor comment") }
END {
	end_of_point()
	if (in_yaml)
		print "the YAML has no end"
	if (points > plan || (points < plan && !bailed))
		print "the plan says " plan ", the points are " points + 0
}
