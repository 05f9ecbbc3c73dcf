#include "memory/container.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace costmill {
namespace {

namespace fs = std::filesystem;

// A file of a limit holds a number of bytes; "max", a number beyond all machines, or no such file mean that there is no limit.
void lower(std::optional<std::int64_t>& least, const fs::path& file) {
  constexpr std::int64_t kBeyondAllMachines = std::int64_t{1} << 60;
  std::ifstream in(file);
  std::int64_t bytes = 0;
  if (in >> bytes && bytes > 0 && bytes < kBeyondAllMachines) least = least ? std::min(*least, bytes) : bytes;
}

// The limits of a cgroup and of all above it, up to where the hierarchy is mounted. In a namespace of its own a process may see a path
// that is not there: what is mounted then is its own cgroup.
void lower_by_hierarchy(std::optional<std::int64_t>& least, const fs::path& mount, std::string_view cgroup,
                        std::initializer_list<const char*> files) {
  while (cgroup.starts_with('/')) cgroup.remove_prefix(1);
  fs::path at = (mount / cgroup).lexically_normal();
  std::error_code ignored;
  if (std::distance(at.begin(), at.end()) < std::distance(mount.begin(), mount.end()) || !fs::exists(at, ignored)) at = mount;
  while (true) {
    for (const char* const file : files) lower(least, at / file);
    if (at == mount || !at.has_relative_path()) return;
    at = at.parent_path();
  }
}

bool lists_memory(std::string_view controllers) {
  while (!controllers.empty()) {
    const std::size_t comma = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, comma) == "memory") return true;
    controllers.remove_prefix(std::min(comma + 1, controllers.size()));
  }
  return false;
}

}  // namespace

std::optional<std::int64_t> container_memory_bytes(const fs::path& root) {
  std::optional<std::int64_t> least;
  const fs::path mounts = (root / "sys/fs/cgroup").lexically_normal();
  std::ifstream own(root / "proc/self/cgroup");
  for (std::string line; std::getline(own, line);) {  // NUMBER:CONTROLLERS:PATH
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const std::string_view cgroup = std::string_view(line).substr(second + 1);
    if (controllers.empty()) {
      // memory.high does not kill, but slows a process down until it seems to hang.
      for (const fs::path& mount : {mounts, mounts / "unified"}) lower_by_hierarchy(least, mount, cgroup, {"memory.max", "memory.high"});
    } else if (lists_memory(controllers)) {
      lower_by_hierarchy(least, mounts / "memory", cgroup, {"memory.limit_in_bytes"});
    }
  }
  return least;
}

std::int64_t machine_memory_bytes() {
  const std::int64_t bytes = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  return std::min(bytes, container_memory_bytes().value_or(bytes));
}

std::int64_t memory_limit_within(std::int64_t machine_bytes) {
  constexpr std::int64_t kLeast = 16 << 20;
  return std::max(kLeast, machine_bytes - std::max(kBeyondLimitBytes, machine_bytes / 5));
}

bool is_beyond_machine(std::int64_t limit_bytes, std::int64_t machine_bytes) {
  return limit_bytes > std::max(memory_limit_within(machine_bytes), machine_bytes - kBeyondLimitBytes);
}

}  // namespace costmill
