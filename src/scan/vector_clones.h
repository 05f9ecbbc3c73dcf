// Loops that are worth it are compiled twice, for AVX2 and for the least that the program needs; the machine at hand decides.
#pragma once

// A sanitizer's own start-up comes after the choice is made. Clang is what sanitizers and fuzzers are built with.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COSTMILL_AVX2_CLONE [[gnu::target_clones("avx2", "default")]]
#else
#define COSTMILL_AVX2_CLONE
#endif
