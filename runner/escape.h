/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_ESCAPE_H
#define RUNNER_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/*
 * Text on its way out. What a scenario or a kernel said may hold any byte; a
 * consumer of TAP, YAML or XML gives up on some, and a terminal obeys others.
 */

/**
 * escape_name() - Append a trial's name
 *
 * Letters, digits, `._/=,:+<>-` and single inner spaces stay; all else comes
 * as %XX. What is escaped already (%XX in capitals) stays, so that doing it
 * twice changes nothing. An empty name becomes "unnamed".
 */
void escape_name(struct buf *b, const char *name);

/**
 * escape_line() - Append text that must stay on its line
 *
 * Line ends and tabs become a space; other control characters (C0, DEL, C1,
 * the Unicode line ends and byte order marks, direction overrides) and bytes
 * that are no UTF-8 are left out.
 */
void escape_line(struct buf *b, const char *s, size_t len);

/**
 * escape_shown() - Append text for a terminal or a log, in one line
 *
 * Characters that may be shown stay; all others, line ends and tabs among
 * them, and bytes that are no UTF-8 come as %XX. So does the first byte where
 * escape_commands().
 */
void escape_shown(struct buf *b, const char *s);

/**
 * escape_commands() - Whether a log's reader takes a line that begins so for a command to it
 *
 * GitHub's and Azure's do: :: and ##[
 */
bool escape_commands(const char *line);

/** escape_reason() - A line behind a TAP directive: `#` and `\` come as %23 and %5C too */
void escape_reason(struct buf *b, const char *s);

/** escape_quoted() - A line in double quotes, as YAML and JSON read it */
void escape_quoted(struct buf *b, const char *s);

/**
 * escape_xml() - Append text for XML 1.0, as an element's text or an attribute's value
 * @lines: line ends and tabs stay; else each is a space
 *
 * What XML or a terminal cannot bear is left out, bytes that are no UTF-8
 * become U+FFFD.
 */
void escape_xml(struct buf *b, const char *s, bool lines);

/** escape_shell() - Append one word for a shell, in quotes that nothing in it can end */
void escape_shell(struct buf *b, const char *s);

/**
 * escape_component() - Append one component of a path
 * @s, @len: any bytes, a slash among them
 * @most:    bytes to append at most, 32 or more; a longer one is cut and ends
 *           in `~` and a hash of the whole
 *
 * Letters, digits and `._=,:+@-` stay, all else comes as %XX, a leading dot
 * too: the result is never empty, `.`, `..` or hidden, and two different
 * strings give two different components.
 */
void escape_component(struct buf *b, const char *s, size_t len, size_t most);

/**
 * escape_path() - Append a path, each component as by escape_component(), however long
 *
 * Slashes stay; nothing comes of what is empty between them.
 */
void escape_path(struct buf *b, const char *path);

/**
 * escape_undo() - Read back what came as %XX
 * @s, @len: printable ASCII without blanks
 * @out:     room for @len + 1 bytes; may hold NULs, and has one at its end
 * @out_len: out
 *
 * Return: whether it is such text
 */
bool escape_undo(const char *s, size_t len, char *out, size_t *out_len);

#endif
