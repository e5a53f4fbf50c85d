# SPDX-License-Identifier: GPL-2.0-or-later
#
# make            the program, .build/lastack
# make run        and every case with it; ARGS="..." are more words for `lastack run`
# make check      layers, unit tests (again under sanitizers), the runner's own scenarios, every case
# make unit       the unit tests alone
# make deps       what is missing for both, from the distribution
# make static     .build/lastack-static, one file that runs wherever the kernel does
# make install    to PREFIX, below DESTDIR, with manual, completion and syntax; make uninstall
#                 takes it away
# make fuzz       the fuzz targets, by clang; make fuzz-run SECONDS=60 runs them, so long in sum
# make faults     each system call fails once: some thousand runs, by strace
# make coverage-table  cases/coverage.md anew: what the cases cover; check wants it current
# make bench      what a trial costs, beside a C program, shell and Python: see ci/bench/README.md
#
# SAN=1 builds with sanitizers, in a directory of their own; V=1 shows commands;
# WERROR=1 makes a warning an error; FUZZ_SECONDS=60 lets check run the fuzz targets.
VERSION := 0.1
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
FUZZ_CC := clang
SECONDS := 60

O := .build
ifdef SAN
O := .build/san
SANITIZE := address,undefined
endif
ifdef FUZZ
O := .build/fuzz
SANITIZE := address,undefined,fuzzer-no-link
endif
WARN := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wvla -Wundef -Wformat=2 -Wcast-qual $(if $(WERROR),-Werror)
HOW  := -std=gnu11 -D_GNU_SOURCE -I. -MMD -MP -pthread $(WARN) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# All symbols are bound when it starts, or each trial's process would look them up
BOUND := -Wl,-z,now
Q    := $(if $(V),,@)
say   = $(if $(V),,@printf '  %-4s %s\n' $1 $@)

FOUND := $(wildcard lib/*.c runner/*.c)
OBJ   := $(patsubst %.c,$O/%.o,$(filter-out %_test.c %_fuzz.c lib/mnl.c,$(FOUND)))
ROOMS := $(filter-out $O/runner/main.o,$(OBJ))
TEST  := $(patsubst %.c,$O/%,$(filter %_test.c,$(FOUND)))
FUZZER := $(patsubst %.c,$O/%,$(filter %_fuzz.c,$(FOUND)))
PROGRAM := $(if $(filter $O/runner/main.o,$(OBJ)),$O/lastack)

all: $(or $(PROGRAM),$O/rooms.a tests) $(if $(PROGRAM),$(if $(SANITIZE),,share))

# Nothing is asked of the machine before a recipe runs: in `make deps run` the
# compiler itself comes only then. The files below say how things are built;
# they are looked at each time, and written only where something changed.
DEPS := $(filter deps,$(MAKECMDGOALS))
NEED := $(if $(filter-out deps,$(MAKECMDGOALS)),$(if $(filter-out deps all static run install,$(MAKECMDGOALS)),check,$(if $(filter static,$(MAKECMDGOALS)),static,run)),check)
keep  = mkdir -p $(@D) && { test "$$now" = "$$(cat $@ 2>&1)" || printf '%s\n' "$$now" >$@; }

deps:
	@CC='$(CC)' ci/deps $(NEED)
$O/flags: FORCE | $(DEPS)
	@CC='$(CC)' ci/deps --missing run
	@now="$(HOW) $(CPPFLAGS) $(CFLAGS) $$(pkg-config --cflags libmnl)" && $(keep)
$O/libs: $O/flags FORCE
	@now="$$(pkg-config --libs libmnl)" && $(keep)
$O/test-flags: $O/flags FORCE
	@CC='$(CC)' ci/deps --missing check
	@now="$$(pkg-config --cflags cmocka)" && $(keep)
$O/test-libs: $O/test-flags FORCE
	@now="$$(pkg-config --libs cmocka)" && $(keep)
$O/tools: FORCE
	@now='$(CC) $(AR) $(LDFLAGS)' && $(keep)
$O/list: FORCE
	@now='$(ROOMS)' && $(keep)
$O/version: FORCE
	@now="$$(ci/version $(VERSION))" && $(keep)

$O/lastack: $O/runner/main.o $O/rooms.a $O/libs
	$(call say,LD)
	$Q$(CC) @$O/flags $(BOUND) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) @$O/libs
# Linked with the library where there is one to link with, else with lib/mnl.c
$O/lastack-static: $O/runner/main.o $O/rooms.a $O/lib/mnl.o
	$(call say,LD)
	@CC='$(CC)' ci/deps --missing static
	$Qlib=$$($(CC) -print-file-name=libmnl.a) && case $$lib in /*) ;; *) lib=$O/lib/mnl.o ;; esac && \
		$(CC) @$O/flags $(LDFLAGS) -static -s -o $@ $(filter %main.o %.a,$^) $$lib
$O/rooms.a: $(ROOMS) $O/list
	$(call say,AR)
	$Qrm -f $@ && $(AR) rcs $@ $(ROOMS)
$O/%_test: $O/%_test.o $O/rooms.a $O/libs $O/test-libs
	$(call say,LD)
	$Q$(CC) @$O/flags $(LDFLAGS) -o $@ $(filter %.o %.a,$^) @$O/libs @$O/test-libs
$O/%_test.o: %_test.c $O/flags $O/tools $O/test-flags
	$(call say,CC)
	$Qmkdir -p $(@D) && $(CC) @$O/flags @$O/test-flags -c -o $@ $<
$O/%_fuzz: $O/%_fuzz.o $O/rooms.a $O/libs
	$(call say,LD)
	$Q$(CC) @$O/flags -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter %.o %.a,$^) @$O/libs
$O/%.o: %.c $O/flags $O/tools
	$(call say,CC)
	$Qmkdir -p $(@D) && $(CC) @$O/flags $(DEFINE) -c -o $@ $<
$O/runner/main.o: DEFINE = -DLASTACK_VERSION='"$(shell cat $O/version)"'
$O/runner/main.o: $O/version
$O/runner/page_assets.o: runner/page.css runner/page.js
-include $(wildcard $O/*/*.d)
.SECONDARY:

static: $O/lastack-static
# What is installed beside it, made by itself from its own tables, where it can run
share: $O/share/made
$O/share/made: $O/lastack $(wildcard runner/share/*)
	$(call say,DOC)
	$Qif $O/lastack --version >/dev/null 2>&1; then runner/share/make $O/lastack $O/share; else \
		echo "  $O/lastack cannot run here: no manual, no completion" && mkdir -p $(@D); fi && touch $@

run: $O/lastack
	@$O/lastack run $(ARGS)

tests: $(TEST)
san-tests: $O/test-flags
	@! CC='$(CC)' ci/deps --has-sanitizers || $(MAKE) --no-print-directory SAN=1 tests
try-static: $(PROGRAM)
	@! CC='$(CC)' ci/deps --has-static || $(MAKE) --no-print-directory static
check: $(PROGRAM) $(if $(PROGRAM),$(if $(SANITIZE),,share)) tests $(if $(SAN),,san-tests try-static) $(if $(FUZZ_SECONDS),fuzz)
	@CC='$(CC)' FUZZ_CC='$(FUZZ_CC)' ci/check $O $(FUZZ_SECONDS)
unit: tests
	@CC='$(CC)' ci/check $O unit

fuzz:
	@MAKE='$(MAKE)' ci/fuzz build '$(FUZZ_CC)'
fuzz-run: fuzz
	@ci/fuzz run '$(FUZZ_CC)' $(SECONDS)
fuzzers: $(FUZZER)

faults: $O/lastack
	@ci/faults $O/lastack

coverage-table: $O/lastack
	$(call say,MD)
	$Q$O/lastack coverage >$O/coverage.md && cp $O/coverage.md cases/coverage.md

bench: $O/lastack $O/floor $O/crowd
	@ci/bench/bench $(ARGS)
$O/floor: ci/bench/floor.c $O/flags $O/libs $O/tools
	$(call say,LD)
	$Q$(CC) @$O/flags $(BOUND) $(LDFLAGS) -o $@ $< @$O/libs
$O/crowd: ci/bench/crowd.c $O/rooms.a $O/flags $O/libs $O/tools
	$(call say,LD)
	$Q$(CC) @$O/flags $(LDFLAGS) -o $@ $(filter %.c %.a,$^) @$O/libs

# In quotes for the shell, whatever it holds
HOME_OF = '$(subst ','\'',$(DESTDIR)$(PREFIX))'
SHARED := man/man1/lastack.1 man/man5/lastack-case.5 bash-completion/completions/lastack \
	zsh/site-functions/_lastack fish/vendor_completions.d/lastack.fish \
	$(patsubst %,vim/vimfiles/%/lastack.vim,syntax ftdetect ftplugin) lastack/vscode/package.json \
	lastack/vscode/language-configuration.json lastack/vscode/syntaxes/lastack.tmLanguage.json
install: $O/lastack share
	mkdir -p $(HOME_OF)/bin $(HOME_OF)/share/lastack
	install -m 755 $O/lastack $(HOME_OF)/bin/lastack
	rm -rf $(HOME_OF)/share/lastack/cases
	cp -R cases $(HOME_OF)/share/lastack/cases
	for f in $(SHARED); do test ! -f "$O/share/$$f" || \
		{ mkdir -p $(HOME_OF)/share/"$${f%/*}" && install -m 644 "$O/share/$$f" $(HOME_OF)/share/"$$f"; } || exit; done
uninstall:
	rm -f $(HOME_OF)/bin/lastack
	rm -f $(foreach f,$(SHARED),$(HOME_OF)/share/$f)
	rm -rf $(HOME_OF)/share/lastack
clean:
	rm -rf .build

FORCE:
.PHONY: all share deps static run tests san-tests try-static check unit fuzz fuzz-run fuzzers faults coverage-table bench install uninstall clean FORCE
