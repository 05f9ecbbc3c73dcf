// Patterns of paths: `*` matches any run of characters within one level, {org_id} and its like stand for names.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/store.h"

namespace costmill {

inline constexpr std::string_view kOrgId = "{org_id}";
inline constexpr std::string_view kProviderUuid = "{provider_uuid}";
inline constexpr std::string_view kYear = "{year}";
inline constexpr std::string_view kMonth = "{month}";
inline constexpr std::string_view kPlaceholders[] = {kOrgId, kProviderUuid, kYear, kMonth};

std::string replaced(std::string text, std::string_view what, std::string_view with);

bool matches_level(std::string_view name, std::string_view pattern);

// PathNames that begin with '.' or '_' are a writer's business (temporary files and folders, success markers), as in Hive.
inline bool is_hidden(std::string_view name) { return name.starts_with('.') || name.starts_with('_'); }

// A pattern cut in three: folders through the last level with a `*`, the folders below them, file names.
struct PathParts {
  std::string parents;
  std::string folders;
  std::string files = "*";
};

PathParts parts_of(const std::string& path);

// The pattern through the level of the last of `wanted`; empty if one of them is missing, or stands in the names of files.
std::string cut_below(const std::string& pattern, std::initializer_list<std::string_view> wanted);

// Folders that match a pattern such as data/*/OCP/source=*. Error(kBadConfig) for `..`.
std::vector<std::string> match_folders(Store& store, std::string_view pattern);

// What the placeholders of the pattern stand for in each folder that it matches.
using PathNames = std::map<std::string_view, std::string>;
std::vector<PathNames> names_in_folders(Store& store, std::string pattern);

}  // namespace costmill
