#include "completion.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "commands.h"
#include "config/keys.h"
#include "terminal.h"

namespace costmill::app {
namespace {

enum class Paths { kFiles, kFolders };

// What may stand for a value: `head` is what is kept before it, `typed` the rest of the word.
class Values {
 public:
  Values(std::string head, std::string_view typed) : head_(std::move(head)), typed_(typed) {}

  void add(const std::string& word, std::string_view help = {}) {
    if (word.starts_with(typed_)) found_.push_back({head_ + word, std::string(help)});
  }
  void add_all(const std::vector<std::string>& words) {
    for (const std::string& word : words) add(word);
  }
  void add_paths(Paths wanted);
  void add_uris(const std::string& help);
  void add_keys();
  std::vector<Candidate> finish() { return std::move(found_); }

 private:
  std::string head_;
  std::string typed_;
  std::vector<Candidate> found_;
};

// A folder that cannot be read has nothing to offer.
void Values::add_paths(Paths wanted) {
  namespace fs = std::filesystem;
  const std::string folder = typed_.substr(0, typed_.rfind('/') + 1);
  const bool wants_hidden = typed_.substr(folder.size()).starts_with('.');
  std::string place = folder.empty() ? "." : folder;
  if (const char* home = std::getenv("HOME"); home != nullptr && place.starts_with("~/")) place.replace(0, 1, home);
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(place, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code unknown;
    const bool is_folder = entry->is_directory(unknown);
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') && !wants_hidden) continue;
    if (is_folder || wanted == Paths::kFiles) names.push_back(name + (is_folder ? "/" : ""));
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) add(folder + name);
}

// The schemes are those that the help names: "sqlite:FILE, csv:DIR, postgresql://USER@HOST/DB".
void Values::add_uris(const std::string& help) {
  for (std::size_t colon = help.find(':'); colon != std::string::npos; colon = help.find(':', colon + 1)) {
    const std::string_view what = std::string_view(help).substr(colon + 1);
    const bool is_file = what.starts_with("FILE");
    const bool is_folder = what.starts_with("DIR");
    if (!is_file && !is_folder && !what.starts_with("//")) continue;
    const std::size_t begin = help.find_last_of(" [", colon) + 1;  // npos + 1 is 0
    const std::string scheme = help.substr(begin, colon + 1 - begin);
    if (typed_.starts_with(scheme) && (is_file || is_folder)) {
      Values paths(head_ + scheme, std::string_view(typed_).substr(scheme.size()));
      paths.add_paths(is_file ? Paths::kFiles : Paths::kFolders);
      std::move(paths.found_.begin(), paths.found_.end(), std::back_inserter(found_));
    } else {
      add(is_file || is_folder ? scheme : scheme + "//");
    }
  }
}

// Those that do something and may stand on a command line.
void Values::add_keys() {
  for (const KeyDef& def : all_keys()) {
    if (def.secrecy == Secrecy::kSecret || def.effect == Effect::kNone) continue;
    const std::string key = def.dotted() + '=';
    if (typed_.starts_with(key)) {
      Values values(head_ + key, std::string_view(typed_).substr(key.size()));
      values.add_all(choices_of(def));
      std::move(values.found_.begin(), values.found_.end(), std::back_inserter(found_));
    } else {
      add(key, def.doc);
    }
  }
}

std::vector<Candidate> values_of(const OptionNode& option, std::string head, std::string_view typed) {
  Values values(std::move(head), typed);
  if (!option.choices.empty()) {
    values.add_all(option.choices);
  } else if (option.value == "FILE") {
    values.add_paths(Paths::kFiles);
  } else if (option.value == "DIR") {
    values.add_paths(Paths::kFolders);
  } else if (option.value == "URI") {
    values.add_uris(option.help);
  } else if (option.value == "SECTION.KEY=VALUE") {
    values.add_keys();
  }
  return values.finish();
}

const OptionNode* option_named(const CommandNode& command, std::string_view name) {
  for (const OptionNode& option : command.options) {
    if (std::find(option.names.begin(), option.names.end(), name) != option.names.end()) return &option;
  }
  return nullptr;
}

const OptionNode* argument_at(const CommandNode& command, std::size_t place) {
  for (const OptionNode& option : command.options) {
    if (option.names.empty() && place-- == 0) return &option;
  }
  return nullptr;
}

const CommandNode* command_named(const CommandNode& tree, std::string_view name) {
  const auto found = std::find_if(tree.commands.begin(), tree.commands.end(), [&](const auto& command) { return command.name == name; });
  return found == tree.commands.end() ? nullptr : &*found;
}

std::vector<Candidate> names_of_options(const CommandNode& command, std::string_view typed) {
  Values names("", typed);
  for (const OptionNode& option : command.options) {
    for (const std::string& name : option.names) names.add(name, option.help);
  }
  return names.finish();
}

std::vector<Candidate> names_of_commands(const CommandNode& tree, std::string_view typed) {
  Values names("", typed);
  for (const CommandNode& command : tree.commands) names.add(command.name, command.description);
  return names.finish();
}

// Where the last word stands: of which command, as which argument, or as the value of which option.
struct Place {
  const CommandNode* command;
  const OptionNode* awaiting = nullptr;
  std::size_t arguments = 0;

  void pass(std::string_view word, const CommandNode& tree) {
    if (awaiting != nullptr) {
      awaiting = nullptr;
    } else if (word.starts_with('-')) {
      const OptionNode* option = option_named(*command, word);
      if (option != nullptr && !option->value.empty()) awaiting = option;
    } else if (const CommandNode* found = command == &tree ? command_named(tree, word) : nullptr) {
      command = found;
    } else {
      ++arguments;
    }
  }
};

}  // namespace

std::vector<std::string> choices_of(const KeyDef& def) {
  if (def.type == KeyType::kBool) return {"true", "false"};
  if (def.type == KeyType::kBoolOrAuto) return {"true", "false", "auto"};
  std::vector<std::string> choices;
  for (std::string_view rest = def.choices; !rest.empty();) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    choices.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return choices;
}

std::vector<Candidate> candidates(const CommandNode& tree, const std::vector<std::string>& words) {
  if (words.empty()) return {};
  Place place{.command = &tree};
  for (auto word = words.begin(); word + 1 != words.end(); ++word) place.pass(*word, tree);
  const std::string& typed = words.back();
  if (place.awaiting != nullptr) return values_of(*place.awaiting, "", typed);
  const std::size_t equals = typed.find('=');
  if (typed.starts_with("--") && equals != std::string::npos) {
    const OptionNode* option = option_named(*place.command, typed.substr(0, equals));
    if (option == nullptr) return {};
    return values_of(*option, typed.substr(0, equals + 1), std::string_view(typed).substr(equals + 1));
  }
  if (typed.starts_with('-')) return names_of_options(*place.command, typed);
  if (place.command == &tree) return place.arguments == 0 ? names_of_commands(tree, typed) : std::vector<Candidate>();
  const OptionNode* argument = argument_at(*place.command, place.arguments);
  return argument == nullptr ? std::vector<Candidate>() : values_of(*argument, "", typed);
}

int complete(const Arguments& arguments) {
  for (const Candidate& candidate : candidates(command_tree(), arguments.words)) {
    say(stdout, "{}\t{}\n", candidate.word, candidate.help);
  }
  return 0;
}

int completion(const Arguments& arguments) {
  say(stdout, "{}", Ready{std::string(completion_script(arguments.shell))});
  return 0;
}

}  // namespace costmill::app
