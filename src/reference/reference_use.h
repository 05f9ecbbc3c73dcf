// What of the reference data the rows of a day depend on. A change elsewhere in it asks for no work (docs/incremental.md).
#pragma once

#include <string>

#include "reference/reference_data.h"
#include "texts/text_hashes.h"

namespace costmill {

// What a day has that reference data is asked about.
struct ReferenceScope {
  TextHashes label_keys;         // all keys of its label texts: hash_of({key})
  TextHashes nodes;              // whose roles were looked up: hash_of({node, resource_id})
  bool cost_categories = false;  // patterns were matched; each may match some namespace, so all of them count

  bool operator==(const ReferenceScope&) const = default;
};

// 32 hex digits a table, whatever the order of its rows.
struct ReferenceDigests {
  std::string enabled_keys;
  std::string node_roles;
  std::string cost_categories;

  bool operator==(const ReferenceDigests&) const = default;
};

// Over what lies within the scope only: the same digests, the same rows.
ReferenceDigests digests_within(const ReferenceScope& scope, const ReferenceData& reference);

}  // namespace costmill
