# SPDX-License-Identifier: GPL-2.0-or-later
O    := .build
WARN := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wvla -Wundef -Wformat=2 -Wcast-qual
ifdef SAN
O := .build/san
override CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
override LDFLAGS += -fsanitize=address,undefined
endif
CFLAGS ?= -O2 -g
override CFLAGS += -std=gnu11 -D_GNU_SOURCE -I. -MMD -MP $(WARN) $(shell pkg-config --cflags libmnl cmocka)
LIBS := $(shell pkg-config --libs libmnl) -lpthread
Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '  %-4s %s\n' $1 $@)
SRC  := $(filter-out %_test.c %_fuzz.c,$(wildcard lib/*.c runner/*.c))
TEST := $(wildcard lib/*_test.c runner/*_test.c)
OBJ  := $(SRC:%.c=$O/%.o)

all: $O/lastack
$O/lastack: $(OBJ)
	$(call say,LD)
	$Q$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$O/%_test: $O/%_test.o $(filter-out $O/runner/main.o,$(OBJ))
	$(call say,LD)
	$Q$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) $(shell pkg-config --libs cmocka)
$O/%.o: %.c
	$(call say,CC)
	$Qmkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
-include $(wildcard $O/*/*.d)
.SECONDARY:
.PHONY: all
