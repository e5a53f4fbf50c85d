// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/signals.h"

#include "runner/words.h"

#include <signal.h>
#include <string.h>

#define S(number) { number, #number }
static const struct {
	int number;
	const char *name;
} signals[] = {
	S(SIGABRT), S(SIGALRM), S(SIGBUS), S(SIGCONT), S(SIGFPE), S(SIGHUP), S(SIGILL), S(SIGINT),
	S(SIGKILL), S(SIGPIPE), S(SIGQUIT), S(SIGSEGV), S(SIGSTOP), S(SIGSYS), S(SIGTERM),
	S(SIGTRAP), S(SIGUSR1), S(SIGUSR2), S(SIGWINCH), S(SIGXCPU), S(SIGXFSZ),
};
#undef S

enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

const char *signal_word(int number)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i].number == number)
			return signals[i].name;
	return NULL;
}

int signal_number(const char *s, size_t len)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (strlen(signals[i].name) == len && !memcmp(signals[i].name, s, len))
			return signals[i].number;
	return 0;
}

const char *signal_nearest(const char *s, size_t len)
{
	const char *among[SIGNALS + 1] = { NULL };

	for (size_t i = 0; i < SIGNALS; i++)
		among[i] = signals[i].name;
	return words_nearest(s, len, among);
}
