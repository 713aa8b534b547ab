# Completion of bpftune(8) for fish.

set -l verbs run doctor status tuners tunables namespaces changes advice apply ignore resume rollback

function __bpftune_tuners --description 'The names of the tuners that are installed'
    for file in /usr/{,local/}lib{,64}/bpftune/*.tuner.dll
        string replace -r '.*/(.*)\.tuner\.dll$' '$1' $file
    end
end

complete -c bpftune -f

# Verbs.
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a run -d 'Run the daemon in the foreground'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a doctor -d 'Show how each hook of each tuner comes out'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a status -d 'Show the running daemon'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a tuners -d 'Show each tuner with its hooks'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a tunables -d 'Show what tuners manage'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a namespaces -d 'Show the network namespaces'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a changes -d 'Show what was changed'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a advice -d 'Show what would have been done'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a apply -d 'Do what was advised'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a ignore -d 'Have advice not given again'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a resume -d 'Let a tuner tune again'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -a rollback -d 'Put back every value'

# With every verb.
complete -c bpftune -l json -d 'Print JSON'
complete -c bpftune -s h -l help -d 'Show help'
complete -c bpftune -l runtime-dir -x -a '(__fish_complete_directories)' -d 'Where the control socket is'
complete -c bpftune -l state-dir -x -a '(__fish_complete_directories)' -d 'Where the journal is'
complete -c bpftune -l config -x -a '(__fish_complete_directories)' -d 'Where the settings files are'

# Without a verb.
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -s V -l version -d 'Show the version'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -s q -l query -x -a 'help tuners tunables jtunables summary status jstatus rollback' -d 'Ask the running daemon'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -s S -l support -d 'Say what this kernel supports'
complete -c bpftune -n "not __fish_seen_subcommand_from $verbs" -s P -l print-libdir -d 'Show where the tuners are'

# The daemon's.
set -l daemon "not __fish_seen_subcommand_from doctor status tuners tunables namespaces changes advice apply ignore resume rollback"
complete -c bpftune -n $daemon -s D -l daemon -d 'Go into the background'
complete -c bpftune -n $daemon -s r -l learning_rate -l learning-rate -x -a '0 1 2 3 4' -d 'How far a tunable moves at a time'
complete -c bpftune -n $daemon -s R -l rollback -d 'Put every value back when stopping'
complete -c bpftune -n $daemon -l tenants -d 'Let tenants move settings of the whole machine'
complete -c bpftune -n $daemon -l mode -x -a 'tune advise off' -d 'What may be done'
complete -c bpftune -n $daemon -l dry-run -d 'Say what would be done, and write nothing'
complete -c bpftune -n $daemon -s s -l stderr -d 'Log to standard error'

# The daemon's and doctor's.
set -l loading "not __fish_seen_subcommand_from status tuners tunables namespaces changes advice apply ignore resume rollback"
complete -c bpftune -n $loading -s a -l allow -x -a '(__bpftune_tuners)' -d 'Run only this tuner'
complete -c bpftune -n $loading -s c -l cgroup -x -a '(__fish_complete_directories)' -d 'Watch below this cgroup2 directory only'
complete -c bpftune -n $loading -s l -l libdir -x -a '(__fish_complete_directories)' -d 'Look for tuners in this directory too'
complete -c bpftune -n $loading -s L -l legacy -d 'Do without fentry and tp_btf'
complete -c bpftune -n $loading -s d -l debug -d 'Log all that is normal, too'

# A port: the daemon's to listen on, a listing's to ask on.
complete -c bpftune -n 'not __fish_seen_subcommand_from doctor apply ignore resume rollback' -s p -l port -x -d 'Port of 127.0.0.1'

# Of single verbs.
complete -c bpftune -n '__fish_seen_subcommand_from changes' -s n -l limit -x -d 'At most so many'
complete -c bpftune -n '__fish_seen_subcommand_from advice' -l all -d 'What is ignored, too'
complete -c bpftune -n '__fish_seen_subcommand_from rollback' -s n -l dry-run -d 'Only say what would be put back'
complete -c bpftune -n '__fish_seen_subcommand_from tuners tunables resume' -a '(__bpftune_tuners)' -d tuner
