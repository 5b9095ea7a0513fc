# stats.jq: what the samples of alternating runs say.

def median: sort | if length == 0 then null elif length % 2 == 1 then .[(length - 1) / 2] else (.[length / 2 - 1] + .[length / 2]) / 2 end;

# Which of n sorted values, counted from either end, hold the median of what they are drawn from between them with 95 % or more: the largest k
# for which no more than 2.5 % of the ways that n coins fall have fewer than k heads. 1 where there are too few for that: all of them.
def rank($n):
	{k: 0, ways: pow(0.5; $n), sum: pow(0.5; $n)}
	| until(.sum > 0.025; .k += 1 | .ways = .ways * ($n - .k + 1) / .k | .sum += .ways)
	| if .k < 1 then 1 else .k end;

def interval: sort as $s | rank(length) as $k | {ratio: median, low: $s[$k - 1], high: $s[length - $k]};

# The ratios of neighbouring runs.
def paired($a; $b): [range(0; [($a | length), ($b | length)] | min) | select($b[.] > 0) | $a[.] / $b[.]] | if length == 0 then null else interval end;

# {samples: {VARIANT: [number]}} with the ratio of each variant to `native`, and the medians.
def compared:
	(.samples // {}) as $samples
	| .ratios = ($samples | del(.native) | map_values(paired(.; $samples.native // [])) | with_entries(select(.value)))
	| .medians = ($samples | map_values(median));

# ---- numbers for people ----
def pad($n): tostring | (" " * ($n - length)) + .;
def padded($n): tostring | . + (" " * ($n - length));
def decimals($n): if . == null then "-" else . as $x | ($x * pow(10; $n) + 0.5 | floor) as $all | ($all / pow(10; $n) | floor) as $whole
	| if $n == 0 then "\($all)" else "\($whole).\("\($all - $whole * pow(10; $n))" | ("0" * ($n - length)) + .)" end end;
def brief: if . == null then "-" elif . < 10 then decimals(2) elif . < 100 then decimals(1) else decimals(0) end;
def spread: if . == null then "-" else "\(.ratio | brief) [\(.low | brief), \(.high | brief)]" end;
