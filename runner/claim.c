// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/claim.h"

#include <stdio.h>

bool claim_read(const char *about, int *number, const char **claim)
{
	int at = 0;

	if (sscanf(about, "Claim %d: %n", number, &at) != 1 || !at)
		return false;
	*claim = about + at;
	return *number > 0 && *number < CLAIMS_MOST;
}
