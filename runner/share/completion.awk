# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a shell completes behind `lastack`
#
# awk -f completion.awk -v shell=bash|zsh|fish TABLES
#
# An argument of small words parted by bars is one of them, DIR a folder, FILE or IMAGE a
# file; of all others nothing is known. What a command takes besides stands in its usage.
BEGIN { FS = "\t" }

$1 == "command" { order[++commands] = $2; help[$2] = $3 }
$1 == "usage" {
	takes[$2] = $3 ~ /TOPIC\/NAME/ ? "topics" : ""
	if (takes[$2] == "" && $3 ~ /RUN/)
		takes[$2] = "runs"
	if ($3 ~ /TOPIC/ && $3 !~ /TOPIC\/NAME/)
		takes[$2] = takes[$2] (takes[$2] == "" ? "" : " ") "cases"
}
$1 == "option" {
	n = ++options[$2]
	letter[$2, n] = $3
	long[$2, n] = $4
	arg[$2, n] = $5
	does[$2, n] = $6
}

function choices(a) { if (a !~ /^[a-z0-9-]+(\|[a-z0-9-]+)+$/) return ""; gsub(/\|/, " ", a); return a }

# What an argument is: the words it may be, DIR, FILE, or nothing that is known
function kind_of(a)
{
	if (a == "DIR" || choices(a) != "")
		return a
	return a == "FILE" || a == "IMAGE" ? "FILE" : ""
}

function single(s) { gsub(/\047/, "\047\\\047\047", s); return "\047" s "\047" }

# ---------------------------------------------------------------------- bash

# `run:--jobs|run:-j)`: the options of one kind
function bash_case(kind,	c, i, name, all)
{
	all = ""
	for (c = 1; c <= commands; c++)
		for (i = 1; i <= options[order[c]]; i++) {
			name = order[c]
			if (arg[name, i] == "" || kind_of(arg[name, i]) != kind)
				continue
			all = all (all == "" ? "" : "|") name ":--" long[name, i]
			if (letter[name, i] != "")
				all = all "|" name ":-" letter[name, i]
		}
	return all == "" ? "" : "\t" all ")"
}

function bash(	c, i, a, list, said)
{
	print "# bash completion for lastack, made from its tables by `make`\n"
	print "_lastack_names()\n{\n\tlocal names"
	print "\tnames=$(lastack list --files 2>/dev/null | sed 's/ .*//')"
	print "\tcase $1 in"
	print "\tcases) printf '%s\\n' $names; printf '%s\\n' $names | sed 's,/.*,,' | uniq ;;"
	print "\ttopics) printf '%s\\n' $names | sed 's,/.*,/,' | uniq ;;"
	print "\truns) ls -d results/*/ lastack-results/*/ 2>/dev/null | sed 's,/$,,; s,.*/,,' ;;"
	print "\tesac\n}\n"
	print "_lastack()\n{"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}"
	print "\tlocal options= takes= kind\n\n\tCOMPREPLY=()"
	print "\tif [ \"$COMP_CWORD\" = 1 ]; then"
	for (c = 1; c <= commands; c++)
		list = list order[c] " "
	print "\t\tCOMPREPLY=($(compgen -W \"" list "--help --version\" -- \"$cur\"))\n\t\treturn\n\tfi"
	print "\tcase $command:$prev in"
	for (c = 1; c <= commands; c++)
		for (i = 1; i <= options[order[c]]; i++) {
			a = arg[order[c], i]
			if (choices(a) != "" && !(a in said)) {
				said[a] = 1
				print bash_case(a) "\n\t\tCOMPREPLY=($(compgen -W \"" choices(a) "\" -- \"$cur\"))\n\t\treturn ;;"
			}
		}
	if (bash_case("DIR") != "")
		print bash_case("DIR") "\n\t\tCOMPREPLY=($(compgen -d -- \"$cur\"))\n\t\treturn ;;"
	if (bash_case("FILE") != "")
		print bash_case("FILE") "\n\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\t\treturn ;;"
	if (bash_case("") != "")
		print bash_case("") "\n\t\treturn ;;\t# nothing is known of it"
	print "\tesac\n\tcase $command in"
	for (c = 1; c <= commands; c++) {
		list = ""
		for (i = 1; i <= options[order[c]]; i++)
			list = list (i > 1 ? " " : "") "--" long[order[c], i]
		print "\t" order[c] ")\n\t\toptions=\"" list "\""
		if (takes[order[c]] != "")
			print "\t\ttakes=\"" takes[order[c]] "\""
		print "\t\t;;"
	}
	print "\tesac\n\tcase $cur in"
	print "\t-*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return ;;\n\tesac"
	print "\tfor kind in $takes; do"
	print "\t\tCOMPREPLY+=($(compgen -W \"$(_lastack_names $kind)\" -- \"$cur\"))"
	print "\t\t[ $kind != topics ] || compopt -o nospace 2>/dev/null"
	print "\tdone"
	print "\t[ -z \"$takes\" ] || [ \"$takes\" = topics ] || [ ${#COMPREPLY[@]} != 0 ] || COMPREPLY=($(compgen -f -- \"$cur\"))"
	print "}\n\ncomplete -F _lastack lastack"
}

# ----------------------------------------------------------------------- zsh

function zsh_text(s) { gsub(/\\|\[|\]|:/, "\\\\&", s); return s }

function zsh_option(name, i,	s, a)
{
	a = arg[name, i]
	s = "[" zsh_text(does[name, i]) "]"
	if (a != "")
		s = s ":" zsh_text(a) ":" (choices(a) != "" ? "(" choices(a) ")" : a == "DIR" ? "_files -/" : kind_of(a) == "FILE" ? "_files" : " ")
	if (letter[name, i] == "")
		return single("*--" long[name, i] s)
	return "\\*{-" letter[name, i] ",--" long[name, i] "}" single(s)
}

function zsh(	c, i, k, kinds, n)
{
	print "#compdef lastack"
	print "# zsh completion for lastack, made from its tables by `make`\n"
	print "_lastack_cases()\n{\n\tlocal -a names topics"
	print "\tnames=(${(f)\"$(lastack list --files 2>/dev/null)\"})"
	print "\tnames=(${names%% *})\n\ttopics=(${(u)names%%/*})"
	print "\t_alternative 'topics:topic:compadd -a topics' 'cases:case:_multi_parts / names' 'files:file:_files'\n}\n"
	print "_lastack_topics()\n{\n\tlocal -a names"
	print "\tnames=(${(f)\"$(lastack list --files 2>/dev/null)\"})"
	print "\tnames=(${(u)${names%% *}%%/*})\n\tcompadd -S / -a names\n}\n"
	print "_lastack_runs()\n{\n\tlocal -a runs\n\truns=(results/*(N-/:t) lastack-results/*(N-/:t))"
	print "\t_alternative 'runs:run:compadd -a runs' 'files:folder:_files -/'\n}\n"
	print "_lastack_runs_cases()\n{\n\t_lastack_runs\n\t_lastack_cases\n}\n"
	print "_lastack()\n{\n\tlocal context state state_descr line\n\ttypeset -A opt_args\n\tlocal -a commands"
	print "\tcommands=("
	for (c = 1; c <= commands; c++)
		print "\t\t" single(order[c] ":" zsh_text(help[order[c]]))
	print "\t)"
	print "\t_arguments -C '(- *)'{-h,--help}'[the commands]' '(- *)'{-V,--version}'[which version it is]' \\"
	print "\t\t'1: :->command' '*:: :->words' && return"
	print "\tcase $state in\n\tcommand) _describe command commands ;;\n\twords)\n\t\tcase $words[1] in"
	for (c = 1; c <= commands; c++) {
		print "\t\t" order[c] ")\n\t\t\t_arguments -s \\"
		for (i = 1; i <= options[order[c]]; i++)
			print "\t\t\t\t" zsh_option(order[c], i) " \\"
		kinds = takes[order[c]]
		gsub(/ /, "_", kinds)
		print "\t\t\t\t'*: :" (kinds == "" ? " " : "_lastack_" kinds) "'\n\t\t\t;;"
	}
	print "\t\tesac\n\t\t;;\n\tesac\n}\n\n_lastack \"$@\""
}

# ---------------------------------------------------------------------- fish

function fish_text(s) { gsub(/\\/, "&&", s); gsub(/\047/, "\\\047", s); return "\047" s "\047" }

function fish(	c, i, k, n, a, kinds, when)
{
	print "# fish completion for lastack, made from its tables by `make`\n"
	print "function __lastack_cases\n    set -l names (lastack list --files 2>/dev/null | string replace -r ' .*' '')"
	print "    printf '%s\\n' $names\n    printf '%s\\n' $names | string replace -r '/.*' '' | sort -u\nend\n"
	print "function __lastack_topics\n    lastack list --files 2>/dev/null | string replace -r '/.*' '/' | sort -u\nend\n"
	print "function __lastack_runs\n    for run in results/*/ lastack-results/*/\n        string replace -r '.*/([^/]+)/$' '$1' $run\n    end\nend\n"
	print "complete -c lastack -n __fish_use_subcommand -f"
	print "complete -c lastack -n __fish_use_subcommand -s h -l help -d 'the commands'"
	print "complete -c lastack -n __fish_use_subcommand -s V -l version -d 'which version it is'"
	for (c = 1; c <= commands; c++)
		print "complete -c lastack -n __fish_use_subcommand -a " order[c] " -d " fish_text(help[order[c]])
	for (c = 1; c <= commands; c++) {
		when = "complete -c lastack -n '__fish_seen_subcommand_from " order[c] "'"
		print ""
		for (i = 1; i <= options[order[c]]; i++) {
			a = arg[order[c], i]
			print when (letter[order[c], i] == "" ? "" : " -s " letter[order[c], i]) " -l " long[order[c], i] \
				(a == "" ? "" : choices(a) != "" ? " -x -a " fish_text(choices(a)) : \
				 a == "DIR" ? " -x -a '(__fish_complete_directories)'" : kind_of(a) == "FILE" ? " -r" : " -x") \
				" -d " fish_text(does[order[c], i])
		}
		n = split(takes[order[c]], kinds, " ")
		for (k = 1; k <= n; k++)
			print when " -a '(__lastack_" kinds[k] ")'"
		if (!n || takes[order[c]] == "topics")
			print when " -f"
	}
}

END {
	if (shell == "bash")
		bash()
	else if (shell == "zsh")
		zsh()
	else if (shell == "fish")
		fish()
}
