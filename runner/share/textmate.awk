# SPDX-License-Identifier: GPL-2.0-or-later
#
# The syntax of a case as a TextMate grammar, from the words of the language
#
# awk -f textmate.awk TABLES
BEGIN {
	FS = "\t"
	split("step support.function.step|wire support.function.wire|self keyword.control.look|" \
	      "look keyword.other.look|call keyword.other.call|bound keyword.other.bound|" \
	      "extent keyword.other.extent|option storage.modifier.option|spot support.type.place|" \
	      "kind constant.language.segment|part variable.parameter.part|" \
	      "field variable.parameter.field|state constant.language.state|" \
	      "errno constant.language.errno|need support.type.need|small keyword.other.small", row, "|")
	for (i = 1; i in row; i++) {
		split(row[i], pair, " ")
		order[++sections] = pair[1]
		scope[pair[1]] = pair[2]
	}
	separator = ""
}

# A regular expression as a JSON string
function quoted(s)
{
	gsub(/\\/, "&&", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}

function pattern(name, match_it, captures)
{
	printf "%s\n    { %s\"match\": %s%s }", separator, name == "" ? "" : "\"name\": " quoted(name ".lastack") ", ",
		quoted(match_it), captures == "" ? "" : ", \"captures\": { " captures " }"
	separator = ","
}

function capture(n, name) { return "\"" n "\": { \"name\": " quoted(name ".lastack") " }" }

$1 == "word" && ($2 in scope) && $3 ~ /^[A-Za-z][A-Za-z0-9_-]*$/ {
	words[$2] = words[$2] (words[$2] == "" ? "" : "|") $3
}
$1 == "word" && $2 == "header" && $3 != "" {
	if ($3 ~ /^(title|about|ref|todo)$/)
		prose = prose (prose == "" ? "" : "|") $3
	else
		heads = heads "|" $3
}

END {
	before = "(?<![A-Za-z0-9_-])"
	after = "(?![A-Za-z0-9_-])"
	print "{"
	print "  \"$schema\": \"https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json\","
	print "  \"name\": \"lastack\","
	print "  \"scopeName\": \"source.lastack\","
	print "  \"fileTypes\": [\"case\"],"
	printf "  \"patterns\": ["
	pattern("", "^\\s*(" prose ")(?:\\s+(.*))?$",
		capture(1, "keyword.control.header") ", " capture(2, "string.unquoted"))
	pattern("", "(?:^|\\s)(#.*)$", capture(1, "comment.line.number-sign"))
	printf ",\n    { \"name\": \"string.quoted.double.lastack\", \"begin\": \"\\\"\", \"end\": \"\\\"|$\"," \
	       " \"patterns\": [{ \"name\": \"constant.character.escape.lastack\", \"match\": %s }] }",
		quoted("\\\\(?:[\"\\\\nrt]|x[0-9A-Fa-f]{2})")
	pattern("", "^\\s*(outcome" heads ")(?=\\s|$)", capture(1, "keyword.control.header"))
	pattern("variable.other.axis", "\\$[a-z][a-z0-9_]*")
	pattern("entity.name.type.heading", "(?:client>server|server>client)" after)
	pattern("entity.name.type.host", before "(?:client|server|wire)" after)
	pattern("constant.numeric.duration", before "[0-9]+(?:\\.[0-9]+)?(?:ns|us|ms|s|m)" after)
	pattern("constant.numeric", before "[-+]?[0-9]+" after)
	pattern("variable.other.sysctl", before "net\\.[a-z0-9_.]+")
	pattern("keyword.operator", "(?<=\\s)(?:=>|\\||=)(?=\\s|$)")
	pattern("invalid.unimplemented", "(?<=\\s)\\?(?=\\s|$)")
	for (i = 1; i <= sections; i++)
		if (words[order[i]] != "")
			pattern(scope[order[i]], before "(?:" words[order[i]] ")" after)
	print "\n  ]\n}"
}
