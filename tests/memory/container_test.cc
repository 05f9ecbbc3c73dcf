#include "memory/container.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace costmill {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMib = 1 << 20;

// A root folder with the files that the kernel shows.
class ContainerMemory : public testing::Test {
 protected:
  ContainerMemory() : root_(fs::temp_directory_path() / ("costmill-cgroup-" + std::to_string(::getpid()))) {
    fs::create_directories(root_);
  }
  ~ContainerMemory() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& content) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content << '\n';
  }
  std::optional<std::int64_t> bytes() { return container_memory_bytes(root_); }

  fs::path root_;
};

TEST_F(ContainerMemory, WithoutCgroupsThereIsNoLimit) { EXPECT_EQ(bytes(), std::nullopt); }

TEST_F(ContainerMemory, OfVersion2IsMemoryMax) {
  write("proc/self/cgroup", "0::/job");
  write("sys/fs/cgroup/job/memory.max", "134217728");
  EXPECT_EQ(bytes(), 128 * kMib);
}

TEST_F(ContainerMemory, OfVersion2MaxIsNoLimit) {
  write("proc/self/cgroup", "0::/job");
  write("sys/fs/cgroup/job/memory.max", "max");
  EXPECT_EQ(bytes(), std::nullopt);
}

TEST_F(ContainerMemory, OfVersion2TheLeastOfAllAncestorsCounts) {
  write("proc/self/cgroup", "0::/pod/container/job");
  write("sys/fs/cgroup/pod/container/job/memory.max", "max");
  write("sys/fs/cgroup/pod/container/memory.max", "536870912");
  write("sys/fs/cgroup/pod/memory.max", "268435456");
  EXPECT_EQ(bytes(), 256 * kMib);
}

TEST_F(ContainerMemory, OfVersion2MemoryHighIsALimitToo) {
  write("proc/self/cgroup", "0::/job");
  write("sys/fs/cgroup/job/memory.max", "536870912");
  write("sys/fs/cgroup/job/memory.high", "268435456");
  EXPECT_EQ(bytes(), 256 * kMib);
}

TEST_F(ContainerMemory, InANamespaceTheMountIsTheCgroup) {
  write("proc/self/cgroup", "0::/");
  write("sys/fs/cgroup/memory.max", "134217728");
  EXPECT_EQ(bytes(), 128 * kMib);
}

TEST_F(ContainerMemory, APathThatIsNotMountedMeansTheMount) {
  write("proc/self/cgroup", "0::/kubepods/pod1/container1");
  write("sys/fs/cgroup/memory.max", "134217728");
  EXPECT_EQ(bytes(), 128 * kMib);
  write("proc/self/cgroup", "0::/../../elsewhere");
  EXPECT_EQ(bytes(), 128 * kMib);
}

TEST_F(ContainerMemory, OfVersion1IsLimitInBytes) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/a\n4:hugetlb,memory:/docker/a\n0::/");
  write("sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes", "536870912");
  write("sys/fs/cgroup/memory/docker/memory.limit_in_bytes", "268435456");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  EXPECT_EQ(bytes(), 256 * kMib);
}

TEST_F(ContainerMemory, OfVersion1AHugeNumberIsNoLimit) {
  write("proc/self/cgroup", "4:memory:/");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  EXPECT_EQ(bytes(), std::nullopt);
}

TEST_F(ContainerMemory, OfVersion1InAContainerIsAtTheMount) {
  write("proc/self/cgroup", "4:memory:/docker/a\n0::/system.slice");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728");
  EXPECT_EQ(bytes(), 128 * kMib);
}

TEST_F(ContainerMemory, WhatIsNoNumberIsNoLimit) {
  write("proc/self/cgroup", "nonsense\n0::/job\n4:memory");
  write("sys/fs/cgroup/job/memory.max", "-1");
  write("sys/fs/cgroup/memory.max", "");
  EXPECT_EQ(bytes(), std::nullopt);
}

TEST(MemoryLimitWithin, LeavesRoomForWhatIsHeldBeyondIt) {
  EXPECT_EQ(memory_limit_within(128 * kMib), 64 * kMib);
  EXPECT_EQ(memory_limit_within(256 * kMib), 192 * kMib);
  EXPECT_EQ(memory_limit_within(10'000 * kMib), 8'000 * kMib);
  EXPECT_EQ(memory_limit_within(70 * kMib), 16 * kMib);
}

TEST(MachineMemory, IsPlausible) {
  EXPECT_GE(machine_memory_bytes(), 16 * kMib);
  EXPECT_LE(machine_memory_bytes(), static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE));
}

}  // namespace
}  // namespace costmill
