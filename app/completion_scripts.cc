// What each shell runs: it hands the words up to the cursor to the program, and takes the lines "candidate TAB help" that come back.
#include "completion.h"

namespace costmill::app {
namespace {

constexpr std::string_view kBash = R"(# Completion of costmill for bash: source <(costmill completion bash)
_costmill() {
  local line=${COMP_LINE:0:COMP_POINT} words candidate breaks=""
  IFS=$' \t' read -ra words <<<"$line"
  [[ $line == *[[:blank:]] ]] && words+=("")
  # readline replaces only what stands behind the last ':' or '=', unless the user took them out of its list.
  [[ $COMP_WORDBREAKS == *:* ]] && breaks+=":"
  [[ $COMP_WORDBREAKS == *=* ]] && breaks+="="
  local last=${words[-1]} tail home
  tail=$last
  [[ -n $breaks ]] && tail=${last##*["$breaks"]}
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    candidate=${candidate#"${last%"$tail"}"}
    home=""
    [[ $candidate == \~/* ]] && home=${candidate:0:2} candidate=${candidate:2}
    [[ $candidate == *[^[:alnum:]_./:=@%+,-]* ]] && printf -v candidate %q "$candidate"
    COMPREPLY+=("$home$candidate")
  done < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/:=] ]] && compopt -o nospace
  return 0
}
complete -F _costmill costmill
)";

constexpr std::string_view kZsh = R"(#compdef costmill
# Completion of costmill for zsh: source <(costmill completion zsh), or as _costmill in a folder of fpath
_costmill() {
  local -a ready open
  local line word help
  for line in "${(@f)$("${(Q)words[1]/#\~/$HOME}" __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
    word=${line%%$'\t'*} help=${line#*$'\t'}
    [[ -n $word ]] || continue
    if [[ $word == *[/:=] ]]; then open+=("${word//:/\\:}:$help"); else ready+=("${word//:/\\:}:$help"); fi
  done
  _describe costmill ready -- open -S ''
}
if [[ $funcstack[1] == _costmill ]]; then _costmill "$@"; else compdef _costmill costmill; fi
)";

constexpr std::string_view kFish = R"(# Completion of costmill for fish: costmill completion fish | source
function __costmill_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete $words[2..-1] 2>/dev/null
end
complete -c costmill -f -a '(__costmill_complete)'
)";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return {};
}

}  // namespace costmill::app
