/** The shells that there are scripts for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of the {@link shells}. */
export type Shell = (typeof shells)[number];

const program = 'iot-ntp-conformance';

/**
 * The script that makes a shell call `complete` at each Tab. It passes on the typed words unchanged: no shell evaluates them again.
 *
 * @bomb.sh/tab supports commander, but is not used: its script for bash evaluates the typed words, and it completes no paths.
 */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of ${program}; in ~/.bashrc: source <(${program} completion bash)
_iot_ntp_conformance() {
  local current=\${COMP_WORDS[COMP_CWORD]} kind= line
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("\${line%%$'\\t'*}"); fi
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ -z $kind || $kind == words ]] && return
  compopt -o filenames 2>/dev/null
  while IFS= read -r line; do
    if [[ -d $line ]]; then COMPREPLY+=("$line")
    elif [[ $kind == files ]]; then COMPREPLY+=("$line")
    elif [[ $kind == targets && $line =~ \\.(ya?ml|json)$ ]]; then COMPREPLY+=("$line")
    fi
  done < <(compgen -f -- "$current")
}
complete -F _iot_ntp_conformance ${program}
`,
  zsh: `#compdef ${program}
# zsh completion of ${program}; in ~/.zshrc, behind compinit: source <(${program} completion zsh)
_iot_ntp_conformance() {
  local -a lines described
  local kind line
  lines=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  kind=\${lines[1]}
  [[ $PREFIX == --*=* ]] && compset -P '*='
  case $kind in
    words)
      for line in "\${(@)lines[2,-1]}"; do
        [[ -n $line ]] && described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
      done
      _describe '${program}' described
      ;;
    targets) _files -g '*.(yaml|yml|json)(-.)' ;;
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ \${funcstack[1]} == _iot_ntp_conformance ]]; then
  _iot_ntp_conformance "$@"
else
  compdef _iot_ntp_conformance ${program}
fi
`,
  fish: `# fish completion of ${program}; in ~/.config/fish/config.fish: ${program} completion fish | source
function __iot_ntp_conformance
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
    set -l prefix (string match -r -- '^--[^=]*=' "$current")
    set -l path (string replace -r -- '^--[^=]*=' '' "$current")
    switch "$lines[1]"
        case words
            for line in $lines[2..-1]
                printf '%s%s\\n' "$prefix" $line
            end
        case targets
            for line in (__fish_complete_path "$path" | string match -r -- '.*(?:/|\\.ya?ml|\\.json)(?:\\t.*)?$')
                printf '%s%s\\n' "$prefix" $line
            end
        case files
            for line in (__fish_complete_path "$path")
                printf '%s%s\\n' "$prefix" $line
            end
        case folders
            for line in (__fish_complete_directories "$path")
                printf '%s%s\\n' "$prefix" $line
            end
    end
end
complete -c ${program} -f -a '(__iot_ntp_conformance)'
`,
};
