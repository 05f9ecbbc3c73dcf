#include "config/keys.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "config/values.h"

namespace costmill {
namespace {

TEST(Keys, NamesAndVariablesAreUnique) {
  std::set<std::string> names;
  std::set<std::string> variables;
  for (const KeyDef& def : all_keys()) {
    EXPECT_TRUE(names.insert(def.dotted()).second) << def.dotted();
    EXPECT_TRUE(variables.insert(def.variable_name()).second) << def.variable_name();
  }
}

TEST(Keys, DefaultsAreValidForTheirOwnType) {
  for (const KeyDef& def : all_keys()) {
    if (def.default_text.empty()) continue;
    EXPECT_EQ(complaint_about(def, def.default_text), std::nullopt) << def.dotted();
  }
}

TEST(Keys, NoKeyIsAlsoAGroup) {
  for (const KeyDef& def : all_keys()) EXPECT_FALSE(is_group(def.section, def.name)) << def.dotted();
  EXPECT_TRUE(is_group("cost", "distribution.weights"));
  EXPECT_FALSE(is_group("cost", "distribution.weight"));
}

TEST(Keys, AreAllDocumentedWithTheirDefault) {
  std::ifstream file(std::string(COSTMILL_SOURCE_DIR) + "/docs/config.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string documentation = text.str();
  for (const KeyDef& def : all_keys()) {
    const std::string fallback = def.default_text.empty() ? "" : "`" + std::string(def.default_text) + "`";
    const std::string row = "| `" + def.dotted() + "` | " + fallback + (fallback.empty() ? "| " : " | ") + std::string(def.doc) + " |";
    EXPECT_NE(documentation.find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace costmill
