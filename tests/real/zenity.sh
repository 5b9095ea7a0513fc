# shellcheck shell=bash disable=SC2034,SC2154
needs='zenity Xvfb:xvfb'

# A GTK program on a display of its own: GLib's locks, its thread pools, and the libraries behind them.
drive()
{
	local code
	mkfifo "$work/display"
	Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp -ac 3>"$work/display" >/dev/null 2>&1 &
	server=$!
	DISPLAY=:$(timeout 20 head -n 1 "$work/display")
	export DISPLAY NO_AT_BRIDGE=1 HOME="$work" XDG_RUNTIME_DIR="$work"
	run zenity --info --text=hello --timeout=2 2>/dev/null
	code=$?
	kill "$server"
	wait "$server"
	server=''
	# It says in this way that nobody answered in time.
	[ $code = 5 ] && echo 'exit 0'
}
