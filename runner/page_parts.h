/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of a page know, each of which writes one section of it. */
#ifndef RUNNER_PAGE_PARTS_H
#define RUNNER_PAGE_PARTS_H

#include "lib/buf.h"
#include "runner/codes.h"
#include "runner/comparison.h"
#include "runner/coverage_words.h"

struct page_wish;

/** struct page_red - A trial that failed, or that we failed: its article, ready made */
struct page_red {
	size_t run, item;
	struct buf html;
};

/**
 * struct page - All that is known when the writing begins
 * @ladder:   by run, by item of its suite; NULL where there is no record
 * @coverage: by file of the first run's suite
 * @red:      in the order of the runs
 */
struct page {
	const struct page_wish *wish;
	struct arena arena;
	struct comparison c;
	struct codes codes;
	const char **ladder[COMPARISON_RUNS_MOST];
	struct coverage *coverage;
	struct page_red *red;
	size_t reds;
};

/** page_class - A letter for each kind of verdict, which the style sheet colours */
extern const char page_class[VERDICT_COUNT];

/** page_add_id() - A trial's name as an id, and behind # as a link: its blanks as slashes */
void page_add_id(struct buf *out, const char *name);

/** page_add_link() - A link to a trial or a case, by its name */
void page_add_link(struct buf *out, const char *name);

/** page_add_badges() - "24 pass", "2 fail": how often each verdict came */
void page_add_badges(struct buf *out, const size_t count[VERDICT_COUNT]);

/** page_count() - How some of the trials went in one run, from @first on and before @end */
void page_count(const struct page *p, size_t run, size_t first, size_t end,
		size_t count[VERDICT_COUNT]);

/** page_file_end() - Behind the trials that are of the same case as trial @i */
size_t page_file_end(const struct page *p, size_t i);

/* The sections, in their order on the page; one that has nothing to say writes nothing */
void page_failures(const struct page *p, struct buf *out);
void page_differences(const struct page *p, struct buf *out);
void page_claims(const struct page *p, struct buf *out);
void page_cases(const struct page *p, struct buf *out);
void page_coverage(const struct page *p, struct buf *out);
void page_slowest(const struct page *p, struct buf *out);
void page_machines(const struct page *p, struct buf *out);

/** page_failure_make() - A red trial's article, while its record is at hand */
void page_failure_make(struct page *p, size_t run, size_t item, const struct retold *x,
		       const struct rungs *rungs);

/** page_ladders() - What the script draws from: codes, in the order of the rows, and the rungs */
void page_ladders(const struct page *p, struct buf *out);

#endif
