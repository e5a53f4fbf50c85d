# SPDX-License-Identifier: GPL-2.0-or-later
#
# The syntax of a case for Vim, from the words of the language
#
# awk -f vim.awk TABLES
BEGIN {
	FS = "\t"
	split("header Statement|step Function|wire Function|self Statement|look Keyword|call Keyword|" \
	      "bound Keyword|extent Keyword|option Type|spot Type|kind Constant|part Identifier|" \
	      "field Identifier|state Constant|errno Special|need Type|small Keyword", row, "|")
	for (i = 1; i in row; i++) {
		split(row[i], pair, " ")
		order[++sections] = pair[1]
		colour[pair[1]] = pair[2]
	}
}

# Only what is one word of letters can be a keyword: not =>, ?, $
function is_word(s) { return s ~ /^[A-Za-z][A-Za-z0-9_-]*$/ }

function group(section) { return "lastack" toupper(substr(section, 1, 1)) substr(section, 2) }

$1 == "word" && ($2 in colour) && is_word($3) && $2 != "header" && !(($2, $3) in known) {
	known[$2, $3] = 1
	words[$2] = words[$2] " " $3
}
$1 == "word" && $2 == "header" && $3 != "" {
	if ($3 ~ /^(title|about|ref|todo)$/)
		prose = prose (prose == "" ? "" : "\\|") $3
	else
		heads = heads "\\|" $3
}

END {
	print "\" Vim syntax file"
	print "\" Language: lastack, scenarios of two hosts and what must come of it"
	print "\" Made from the tables of the parser by `make`"
	print ""
	print "if exists(\"b:current_syntax\")\n  finish\nendif"
	print "let s:cpo_save = &cpo\nset cpo&vim\n"
	print "syn case match"
	print "syn iskeyword @,48-57,_,-"
	print ""
	# of two that match at one place the later wins, and a keyword always
	for (i = sections; i; i--)
		if (words[order[i]] != "")
			print "syn keyword " group(order[i]) words[order[i]]
	print ""
	print "syn keyword lastackHeader sysctl outcome"
	print "syn keyword lastackActor client server wire"
	print "syn match   lastackNumber /\\k\\@1<![-+]\\=\\d\\+\\>/"
	print "syn match   lastackDuration /\\k\\@1<!\\d\\+\\(\\.\\d\\+\\)\\=\\(ns\\|us\\|ms\\|s\\|m\\)\\>/"
	print "syn match   lastackSysctl /\\<net\\.[a-z0-9_.]\\+/"
	print "syn match   lastackArrow /=>/"
	print "syn match   lastackBar /\\s\\zs|\\ze\\(\\s\\|$\\)/"
	print "syn match   lastackUnknown /\\(^\\|\\s\\)\\zs?\\ze\\(\\s\\|$\\)/"
	print "syn match   lastackName /\\$[a-z][a-z0-9_]*/"
	print "syn match   lastackEscape /\\\\\\([\"\\\\nrt]\\|x\\x\\x\\)/ contained"
	print "syn region  lastackString start=/\"/ skip=/\\\\./ end=/\"/ oneline contains=lastackEscape"
	print "syn match   lastackComment /\\(^\\|\\s\\)\\zs#.*/ contains=@Spell"
	print "syn match   lastackHeader /^\\s*\\zs\\(outcome" heads "\\)\\ze\\(\\s\\|$\\)/"
	print "syn match   lastackHeader /^\\s*\\zs\\(" prose "\\)\\ze\\(\\s\\|$\\)/ nextgroup=lastackProse"
	print "syn match   lastackProse /.*/ contained contains=@Spell"
	print ""
	for (i = 1; i <= sections; i++)
		print "hi def link " group(order[i]) " " colour[order[i]]
	print "hi def link lastackActor Structure"
	print "hi def link lastackNumber Number"
	print "hi def link lastackDuration Number"
	print "hi def link lastackSysctl Identifier"
	print "hi def link lastackArrow Operator"
	print "hi def link lastackBar Operator"
	print "hi def link lastackUnknown Todo"
	print "hi def link lastackName PreProc"
	print "hi def link lastackEscape SpecialChar"
	print "hi def link lastackString String"
	print "hi def link lastackComment Comment"
	print "hi def link lastackProse String"
	print ""
	print "let b:current_syntax = \"lastack\""
	print "let &cpo = s:cpo_save\nunlet s:cpo_save"
}
