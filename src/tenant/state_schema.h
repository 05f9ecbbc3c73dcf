// The schema `costmill`: what Costmill remembers in a database, beside the tenants' schemas. Versioned; docs/postgresql.md lists it.
#pragma once

#include <string>
#include <vector>

#include "postgres/connection.h"

namespace costmill {

inline constexpr int kStateSchemaVersion = 3;
inline constexpr int kStateVersionOfRecords = 2;  // whose records say enough to tell what changed
inline constexpr int kStateVersionWithTotals = 3;

// Version found; 0 if there is none yet. Error(kSinkDenied) if the role may not look.
int state_schema_version(PostgresConnection& connection);
// Statements that bring `version` to kStateSchemaVersion, in order; empty if it is there.
// Error(kConflict) if a later Costmill made the schema.
std::vector<std::string> state_schema_upgrade(int version);
// Makes or upgrades it in a transaction of its own, under an advisory lock; no statement but a look where nothing is to do.
// Error(kSinkDenied) if that takes a right that the role lacks.
void ensure_state_schema(PostgresConnection& connection);

}  // namespace costmill
