// What the machine and the container allow: cgroups of version 1 and 2.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace costmill {

// What a process may hold beyond its limit: code, stacks, what C libraries allocate, small pieces, memory that cannot go back yet.
inline constexpr std::int64_t kBeyondLimitBytes = 64 << 20;

// The least limit of this process's cgroup and those above it; nullopt: none is set. `root` stands for / in tests.
std::optional<std::int64_t> container_memory_bytes(const std::filesystem::path& root = "/");

// What container or machine has.
std::int64_t machine_memory_bytes();

// The limit that leaves the rest of the machine or container room: for code, stacks, what C libraries hold, and the page cache.
std::int64_t memory_limit_within(std::int64_t machine_bytes);
// Whether the system may kill a process that keeps to such a limit.
bool is_beyond_machine(std::int64_t limit_bytes, std::int64_t machine_bytes);

}  // namespace costmill
