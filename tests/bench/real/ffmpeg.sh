# shellcheck shell=bash disable=SC2034,SC2154
# x264 encodes, with threads of its own and with those of ffmpeg.
needs='ffmpeg'
unit='encodings'

prepare()
{
	:
}

program()
{
	run ffmpeg -v error -nostdin -f lavfi -i "testsrc=duration=$(($1 * 8)):size=640x480:rate=25" -c:v libx264 -preset medium -threads 4 -y "$work/out.mkv"
}
