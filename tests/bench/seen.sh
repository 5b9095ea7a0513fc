# seen.sh: sourced. What a report says of events that were not seen.
# shellcheck shell=bash

# unseen: reads a report; prints what it says was missing. Nothing when all was seen that there was; limits that only shorten the report are none.
unseen()
{
	grep -m 1 -oE 'limit: [0-9]+ (facts that found no room|lock events not analysed|threads not watched|stacks not kept|traces that end).*|switched itself off: .*|holds no recording.*|is cut off: .*|was not watched: .*'
}
