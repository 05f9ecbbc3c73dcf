#include "catalog/path_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <regex>

#include "costmill/error.h"

namespace costmill {

bool matches_level(std::string_view name, std::string_view pattern) {
  std::size_t n = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++n;
      ++p;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

PathParts parts_of(const std::string& path) {
  PathParts parts;
  std::string folders = path;
  if (path.ends_with(".parquet")) {
    const std::size_t slash = path.rfind('/');
    folders = path.substr(0, slash == std::string::npos ? 0 : slash);
    parts.files = path.substr(slash + 1);
  }
  const std::size_t star = folders.rfind('*');
  const std::size_t end = star == std::string::npos ? 0 : std::min(folders.find('/', star), folders.size());
  parts.parents = folders.substr(0, end);
  parts.folders = folders.substr(end);
  return parts;
}

std::string cut_below(const std::string& pattern, std::initializer_list<std::string_view> wanted) {
  std::size_t last = 0;
  for (const std::string_view name : wanted) {
    const std::size_t at = pattern.rfind(name);
    if (at == std::string::npos) return "";
    last = std::max(last, at);
  }
  const std::size_t end = pattern.find('/', last);
  return end == std::string::npos && pattern.ends_with(".parquet") ? "" : pattern.substr(0, end);
}

std::vector<std::string> match_folders(Store& store, std::string_view pattern) {
  std::vector<std::string> folders{""};
  while (!pattern.empty()) {
    const std::size_t slash = pattern.find('/');
    const std::string_view level = pattern.substr(0, slash);
    pattern = slash == std::string_view::npos ? std::string_view{} : pattern.substr(slash + 1);
    if (level.empty()) continue;
    if (level == "..") throw Error(ErrorCode::kBadConfig, fmt::format("a path template may not contain '..': {}", pattern));
    std::vector<std::string> deeper;
    for (const std::string& folder : folders) {
      const std::string prefix = folder.empty() ? "" : folder + "/";
      if (level.find('*') == std::string_view::npos) {
        deeper.push_back(prefix + std::string(level));  // listing it later shows whether it is there
        continue;
      }
      for (const std::string& name : store.list_folders(folder)) {
        if (matches_level(name, level) && (!is_hidden(name) || is_hidden(level))) deeper.push_back(prefix + name);
      }
    }
    folders = std::move(deeper);
  }
  return folders;
}

std::vector<PathNames> names_in_folders(Store& store, std::string pattern) {
  while (pattern.starts_with('/')) pattern.erase(0, 1);
  std::string wildcards = pattern;
  for (const std::string_view name : kPlaceholders) wildcards = replaced(wildcards, name, "*");
  std::string expression;
  std::vector<std::string_view> captured;
  for (std::string_view rest = pattern; !rest.empty();) {
    const auto name = std::find_if(std::begin(kPlaceholders), std::end(kPlaceholders), [&](auto p) { return rest.starts_with(p); });
    if (name != std::end(kPlaceholders)) {
      captured.push_back(*name);
      expression += "([^/]*)";
      rest.remove_prefix(name->size());
      continue;
    }
    const bool is_plain = rest[0] == '/' || std::isalnum(static_cast<unsigned char>(rest[0])) != 0;
    expression += rest[0] == '*' ? "[^/]*" : is_plain ? std::string(1, rest[0]) : std::string("\\") + rest[0];
    rest.remove_prefix(1);
  }
  const std::regex regex(expression);
  std::vector<PathNames> found;
  for (const std::string& folder : match_folders(store, wildcards)) {
    std::smatch match;
    if (!std::regex_match(folder, match, regex)) continue;
    PathNames& names = found.emplace_back();
    for (std::size_t i = 0; i < captured.size(); ++i) names[captured[i]] = match[i + 1];
  }
  return found;
}

}  // namespace costmill
