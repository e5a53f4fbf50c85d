# SPDX-License-Identifier: GPL-2.0-or-later
#
# A page of the manual: the template, with what the tables know in the place of
#
#   @commands@       every command, with its options
#   @words SECTION@  the words of a section of the language
#
# awk -f mdoc.awk TABLES TEMPLATE
BEGIN { FS = "\t" }

# Text as roff takes it, at the beginning of a line or within
function text(s)
{
	gsub(/\\/, "\\e", s)
	gsub(/"/, "\\(dq", s)
	gsub(/`/, "\\(ga", s)
	sub(/^[.\047]/, "\\\\\\&&", s)
	return s
}

# Running text: a line for each sentence, none too long
function flow(s,	i, n, w, out, now)
{
	n = split(s, w, / +/)
	out = now = ""
	for (i = 1; i <= n; i++) {
		if (now != "" && (length(now) + length(w[i]) > 76 || now ~ /[A-Za-z0-9)][.!?][)"\047]*$/)) {
			out = out text(now) "\n"
			now = ""
		}
		now = now (now == "" ? "" : " ") w[i]
	}
	return out text(now)
}

# One argument of a macro, whatever it holds
function arg(s)
{
	s = (s ~ /^[].,:;()[?!|]$/ ? "\\&" : "") text(s)	# else it is punctuation
	gsub(/-/, "\\-", s)
	return "\"" s "\""
}

# Lines of help: those that stand in are shown as they are; a blank line parts paragraphs
function prose(lines, count,	i, shown, run)
{
	run = ""
	for (i = 1; i <= count; i++) {
		if (run != "" && (lines[i] == "" || lines[i] ~ /^  /)) {
			print flow(run)
			run = ""
		}
		if (lines[i] ~ /^  / && !shown) {
			print ".Bd -literal -offset indent"
			shown = 1
		} else if (lines[i] !~ /^  / && shown) {
			print ".Ed"
			shown = 0
		}
		if (shown)
			print text(substr(lines[i], 3))
		else if (lines[i] != "")
			run = run (run == "" ? "" : " ") lines[i]
		else if (i < count && lines[i + 1] !~ /^  /)
			print ".Pp"
	}
	if (run != "")
		print flow(run)
	if (shown)
		print ".Ed"
}

# Without blank lines at either end
function gather(kind, name, out,	i, n, last)
{
	n = last = 0
	for (i = 1; i <= count[kind, name]; i++) {
		if (n || line[kind, name, i] != "")
			out[++n] = line[kind, name, i]
		if (n && out[n] != "")
			last = n
	}
	return last
}

function command(name,	i, n, lines, rest)
{
	rest = usage[name]
	sub(/^lastack [^ ]+ ?/, "", rest)
	print ".It Xo\n.Nm Cm " name
	if (rest != "")
		print ".Li " arg(rest)
	print ".Xc"
	n = gather("about", name, lines)
	if (n) {
		prose(lines, n)
	} else {
		print flow(toupper(substr(help[name], 1, 1)) substr(help[name], 2) ".")
	}
	if (options[name]) {
		print ".Pp\n.Bl -tag -width Ds -compact"
		for (i = 1; i <= options[name]; i++)
			print option[name, i]
		print ".El"
	}
	n = gather("after", name, lines)
	if (n) {
		print ".Pp"
		prose(lines, n)
	}
}

function words(section,	i)
{
	print ".Bl -tag -width Ds -compact"
	for (i = 1; i <= entries[section]; i++)
		print entry[section, i]
	print ".El"
}

FNR == NR && $1 == "command" { order[++commands] = $2; help[$2] = $3 }
FNR == NR && $1 == "usage" { usage[$2] = $3 }
FNR == NR && ($1 == "about" || $1 == "after") { line[$1, $2, ++count[$1, $2]] = $3 }
FNR == NR && $1 == "option" && $4 != "help" {
	option[$2, ++options[$2]] = ".It " ($3 == "" ? "" : "Fl " $3 " , ") "Fl " arg("-" $4) \
		($5 == "" ? "" : " Ar " arg($5)) "\n" flow($6)
}
FNR == NR && $1 == "word" && $3 != "" {
	entry[$2, ++entries[$2]] = ".It Li " arg($4) ($5 == "" ? "" : "\n" flow($5))
}
FNR == NR { next }
/^@commands@$/ {
	print ".Bl -tag -width Ds"
	for (i = 1; i <= commands; i++)
		command(order[i])
	print ".El"
	next
}
/^@words / { sub(/^@words /, ""); sub(/@$/, ""); words($0); next }
{ print }
