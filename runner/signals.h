/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_SIGNALS_H
#define RUNNER_SIGNALS_H

#include <stddef.h>

/** signal_word() - "SIGTERM"; NULL for a number without a name here */
const char *signal_word(int number);

/** signal_number() - The reverse; 0 for a word that is none */
int signal_number(const char *s, size_t len);

/** signal_nearest() - The signal that somebody may have meant; NULL for none */
const char *signal_nearest(const char *s, size_t len);

#endif
