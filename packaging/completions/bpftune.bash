# Completion of bpftune(8) for bash.
# shellcheck shell=bash disable=SC2207 # none of these words has a space in it

_bpftune() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb='' word
	local verbs='run doctor status tuners tunables namespaces changes advice apply ignore resume rollback'
	local places='--runtime-dir --state-dir --config'
	local daemon='--learning_rate --learning-rate -r --allow -a --cgroup -c --libdir -l --rollback -R --legacy -L --tenants --mode --dry-run --debug -d --stderr -s --port -p'
	local common="--json --help -h $places"
	COMPREPLY=()

	case $prev in
	--learning_rate | --learning-rate | -r) COMPREPLY=($(compgen -W '0 1 2 3 4' -- "$cur")); return ;;
	--mode) COMPREPLY=($(compgen -W 'tune advise off' -- "$cur")); return ;;
	--query | -q) COMPREPLY=($(compgen -W 'help tuners tunables jtunables summary status jstatus rollback' -- "$cur")); return ;;
	--cgroup | -c | --libdir | -l | --runtime-dir | --state-dir | --config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return ;;
	--port | -p | --limit) return ;;
	--allow | -a) COMPREPLY=($(compgen -W "$(_bpftune_tuners)" -- "$cur")); return ;;
	esac

	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		if [[ " $verbs " == *" $word "* ]]; then verb=$word; break; fi
	done

	if [[ $cur == -* ]]; then
		case $verb in
		'') COMPREPLY=($(compgen -W "$common $daemon --version -V --query -q --support -S --print-libdir -P --daemon -D" -- "$cur")) ;;
		run) COMPREPLY=($(compgen -W "$common $daemon --daemon -D" -- "$cur")) ;;
		doctor) COMPREPLY=($(compgen -W "$common --allow -a --cgroup -c --libdir -l --legacy -L --debug -d" -- "$cur")) ;;
		changes) COMPREPLY=($(compgen -W "$common --limit -n --port -p" -- "$cur")) ;;
		advice) COMPREPLY=($(compgen -W "$common --all --port -p" -- "$cur")) ;;
		rollback) COMPREPLY=($(compgen -W "$common --dry-run -n" -- "$cur")) ;;
		status | tuners | tunables | namespaces) COMPREPLY=($(compgen -W "$common --port -p" -- "$cur")) ;;
		resume | apply | ignore) COMPREPLY=($(compgen -W "$common" -- "$cur")) ;;
		esac
		return
	fi

	case $verb in
	'') COMPREPLY=($(compgen -W "$verbs" -- "$cur")) ;;
	tuners | tunables | resume) COMPREPLY=($(compgen -W "$(_bpftune_tuners)" -- "$cur")) ;;
	esac
}

# The names of the tuners that are installed.
_bpftune_tuners() {
	local file
	for file in /usr/lib/bpftune/*.tuner.dll /usr/local/lib/bpftune/*.tuner.dll /usr/lib64/bpftune/*.tuner.dll /usr/local/lib64/bpftune/*.tuner.dll; do
		if [[ -e $file ]]; then
			file=${file##*/}
			printf '%s\n' "${file%.tuner.dll}"
		fi
	done
}

complete -F _bpftune bpftune
