# A trace without what differs from run to run: times, process numbers, places. A line an event, in the order of the threads.
def short: if length > 40 then .[:40] + "..." else . end;
[.traceEvents[]] | sort_by(.tid)[] |
	"\(.ph) \(.tid) \(.name | short)\(if .id then " \(.id)" else "" end)"
	+ (if .args.name then ": \(.args.name)" else "" end)
	+ (if .args.mode then " (\(.args.mode)\(if .args.try_or_timed then ", try" else "" end))" else "" end)
	+ (if .args.at then " at \(.args.at | sub(" \\(.*/"; " (") | sub(":[0-9]+\\)"; ")"))" else "" end)
