// Reference data from a Koku tenant's tables.
#pragma once

#include "postgres/target.h"
#include "reference/reference_data.h"

namespace costmill {

// Reads all tables as of one moment. Error(kReferenceUnavailable), also if one is missing.
ReferenceData read_reference_tables(const PostgresTarget& target);

}  // namespace costmill
