# shellcheck shell=bash disable=SC2034,SC2154
needs='zenity xvfb-run:xvfb'

# A GTK program under a display of its own: GLib's locks, its thread pools, and the libraries behind them.
drive()
{
	local line
	with_gridlock zenity --info --text=hello --timeout=2
	xvfb-run -a env NO_AT_BRIDGE=1 HOME="$work" XDG_RUNTIME_DIR="$work" "${line[@]}" 2>/dev/null
	# It says in this way that nobody answered in time.
	[ $? = 5 ] && echo 'exit 0'
}
