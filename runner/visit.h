/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run inside a guest: what it sends is judged here, told and kept as if it had run here. */
#ifndef RUNNER_VISIT_H
#define RUNNER_VISIT_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "runner/guest.h"

struct err;
struct facts;
struct session;

/**
 * struct visit - What to boot, and who is told
 * @plan:   of the guest; @tick is its caller's
 * @without_kvm: how, where KVM does not boot it
 * @facts:  filled with the guest's own, as soon as it has told them
 * @known:  called then (or when it is clear that they will never come): plans
 *          the suite anew, opens the results, begins the report, and fills in
 *          @session
 *
 * @why:    out: how the guest failed; NULL: it did not
 * @bailed: out: nothing could run in there; @why tells the reason
 * @words:  out: what the run there printed to standard error
 * @status: out: the exit status of the run there; -1 for none
 * @cut:    out: why trials are missing, where the run there cut itself short
 * @console: out: all that the kernel printed
 */
struct visit {
	struct guest_plan plan;
	enum machine_mode without_kvm;
	struct session *session;
	struct facts *facts;
	int (*known)(void *ctx, struct err *e);
	void *ctx;

	const char *why, *cut;
	bool bailed;
	int status, signal;
	struct buf words, console;
	struct arena arena;
	bool is_known, *told;
};

/**
 * visit_run() - Boot the guest and tell the verdicts of all its trials
 *
 * A trial that the guest does not deliver is BROKEN. Where KVM does not boot
 * the image, the mode becomes @without_kvm and it is booted once more.
 * report_end() is the caller's.
 */
int visit_run(struct visit *v, struct err *e);

void visit_fini(struct visit *v);

#endif
