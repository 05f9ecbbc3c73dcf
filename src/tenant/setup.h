// What everything that changes the database's structure has in common: one at a time, and an error that says who may.
#pragma once

#include <fmt/format.h>

#include <string>

#include "postgres/connection.h"

namespace costmill {

// Held to the end of the transaction: two runs that find the same thing missing make it once.
inline void take_setup_lock(PostgresConnection& connection) {
  connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('costmill.setup', 0))");
}

// Runs the work; where it lacks a right, the Error(kSinkDenied) says `what_and_who` instead of naming a right.
template <typename Work>
void explaining_missing_rights(const PostgresConnection& connection, const std::string& what_and_who, const Work& work) {
  constexpr std::string_view kInsufficientPrivilege = "42501";
  try {
    work();
  } catch (const PostgresError& error) {
    if (error.sqlstate() != kInsufficientPrivilege) throw;
    throw Error(ErrorCode::kSinkDenied, fmt::format("PostgreSQL ({}): {}", connection.target().shown, what_and_who));
  }
}

}  // namespace costmill
