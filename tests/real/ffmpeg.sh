# shellcheck shell=bash disable=SC2034,SC2154
needs='ffmpeg'

# x264 encodes with threads of its own and with those of ffmpeg; what comes out does not depend on them.
drive()
{
	run ffmpeg -v error -nostdin -f lavfi -i testsrc=duration=2:size=320x240:rate=25 -c:v libx264 -preset medium -threads 4 -y "$work/out.mkv"
	echo "exit $?"
	run ffmpeg -v error -nostdin -threads 4 -i "$work/out.mkv" -f md5 -
}
