// Completion: shells ask the program itself, so what they offer is what this version takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "command_tree.h"
#include "config/keys.h"

namespace costmill::app {

inline constexpr std::string_view kCompleteWords = "__complete";  // the subcommand that the shells' functions call

struct Candidate {
  std::string word;  // in place of the last word; after one that ends in '/', ':' or '=' more is to come
  std::string help;
};

// `words`: what stands behind the program's name, up to the cursor; the last one is being typed and may be empty.
std::vector<Candidate> candidates(const CommandNode& tree, const std::vector<std::string>& words);

// The values of a key, if they are few.
std::vector<std::string> choices_of(const KeyDef& def);

// Of bash, zsh or fish; empty: another one.
std::string_view completion_script(std::string_view shell);

}  // namespace costmill::app
