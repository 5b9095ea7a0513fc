# shellcheck shell=bash disable=SC2034,SC2154
# x264 encodes, with threads of its own and with those of ffmpeg.
needs='ffmpeg ffprobe:ffmpeg'
unit='encodings'

prepare()
{
	:
}

program()
{
	run ffmpeg -v error -nostdin -f lavfi -i "testsrc=duration=$(($1 * 8)):size=640x480:rate=25" -c:v libx264 -preset medium -threads 4 -y "$work/out.mkv" && [ "$(ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 "$work/out.mkv")" = $(($1 * 8 * 25)) ]
}
