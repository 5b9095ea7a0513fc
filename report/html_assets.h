/* html_assets.h: the files of report/html/, as report/html/embed builds them into the command. */
#ifndef GRIDLOCK_HTML_ASSETS_H
#define GRIDLOCK_HTML_ASSETS_H

extern const char html_style[], html_script[];
/* SHA-256 of the same bytes in base64, for the page's policy. */
extern const char html_style_hash[], html_script_hash[];

#endif
