// Independent pieces of work on a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace costmill {

// Calls work(0) to work(count - 1), each once, from up to `threads` threads, of which the caller's is one. What the first failing call
// throws is thrown; calls that have not begun by then are left out.
void for_each_in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace costmill
