# From the json documents of one run (slurped; a bare preload writes one a process) to the text that *.expected files hold: what every run of
# a case has in common, and nothing left out of it. $program: name of the case's executable. A place is marked @@file:line@@; run_cases
# puts the source line there.

# The innermost frame, whatever it is: a report that begins inside of libc is wrong. Of the others those of the program itself: libc's
# differ from version to version.
def own_frames:
  .[:1] + (.[1:] | map(select((.module // "" | endswith("/" + $program)) and .function != "_start")));

# Functions from the inside out; a recursion as `name xN`.
def callers: reduce .[].function as $name ([];
    if length > 0 and last[0] == $name then last[1] += 1 else . + [[$name, 1]] end)
  | map(if .[1] > 1 then " < \(.[0]) x\(.[1])" else " < \(.[0])" end) | join("");

def stack: own_frames
  | if length == 0 then "" else "\(.[0].function): @@\(.[0].file):\(.[0].line)@@\(.[1:] | callers)" end;

def thread: .thread.name // "unknown thread";

# A ring has no beginning: it starts with the lock that comes first by name.
def rotated($names): if length == 0 then . else
    (to_entries | min_by($names[.value.held.lock]).key) as $first | .[$first:] + .[:$first] end;

def finding:
  (reduce .locks[] as $lock ({}; .[$lock.id] = $lock.name)) as $names
  | "\(.level) \(.rule)\(if .cause then " (\(.cause))" else "" end)\(if .signal then " (\(.signal))" else "" end), count \(.count)\n"
    + "  locks \(.locks | map("\(.name) (\(.kind))") | sort | join(", "))\n"
    + (.links | rotated($names) | map("  \(thread) \({"end": "ends", "queue": "is in line for"}[.by] // "holds") \($names[.held.lock]) (\(.held.mode)) [\(.held.stack | stack)], "
        + "wants \($names[.wanted.lock]) (\(.wanted.mode), \(.wanted.how)) [\(.wanted.stack | stack)]\n") | join(""))
    + ([.blocked[]? | select(.in_ring | not) | "  beside it: \(thread) \(.waits)\(if .holder and (.waits | endswith("to end") | not) then ", which \(.holder.name) holds" else "" end) [\(.stack | stack)]\n"] | sort | join(""))
    + (if .witness then "  witness: \(.witness.kind // "none"): \(.witness.why)\n" else "" end)
    + (.witness.steps // [] | map("    \(if .events_before > 0 then "... " else "" end)\(thread) \(.does) \(.what)"
        + "\(if .holder then ", which \(.holder.name) holds" else "" end)\n") | join(""))
    + (.stacks | map("  \(.label) by \(thread) [\(.stack | stack)]\n") | join(""));

def rank: {"error": 0, "warning": 1, "note": 2}[.level];

(map(.findings[]) | map([rank, finding]) | sort | map(.[1]) | join(""))
+ (map(.summary) | "\(map(.errors) | add // 0) errors, \(map(.warnings) | add // 0) warnings, \(map(.notes) | add // 0) notes; "
    + "\(map(.processes) | add // 0) processes\n" + (map(.limits[]) | map("limit: \(.)\n") | join("")))
