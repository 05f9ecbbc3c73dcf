// Which days a file that cannot be read may belong to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "scan/parquet_file.h"

namespace costmill {

// Koku names a file after its day, the other layout a folder; old operators put many days into one file. So a date in a path is
// believed only if every readable file of the month that carries one holds rows of just that day, and at least one does.
class FileDates {
 public:
  void observe(std::string_view path, const RowGroupInfo& info);

  // The day in the path if dates in paths are to be believed, else every day of the piece; none if the date lies outside of it.
  std::vector<Day> days_of(std::string_view path, const DateRange& piece) const;

 private:
  bool confirmed_ = false;
  bool refuted_ = false;
};

// The last YYYY-MM-DD in the path, or `day=DD` below `year=YYYY/month=MM`.
std::optional<Day> date_in_path(std::string_view path);

}  // namespace costmill
