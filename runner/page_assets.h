/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's style sheet and script, put into the program as they stand in their files. */
#ifndef RUNNER_PAGE_ASSETS_H
#define RUNNER_PAGE_ASSETS_H

extern const char page_css[], page_js[];

#endif
