// Nanoseconds by the million -> percentiles, without memory for each.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace wasmqtt::load {

// Buckets are at most 1/32 of their values wide.
class Histogram {
 public:
  void add(std::uint64_t nanoseconds) { ++counts_[bucket(nanoseconds)]; }
  // In microseconds; 0 when nothing was added.
  double percentile(double share) const {
    std::uint64_t all = 0;
    for (const auto count : counts_)
      all += count;
    std::uint64_t left = static_cast<std::uint64_t>(share * static_cast<double>(all));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) return static_cast<double>(lower_bound(i)) / 1000.0;
      left -= counts_[i];
    }
    return 0;
  }

 private:
  static constexpr unsigned kSteps = 32;
  static std::size_t bucket(std::uint64_t value) {
    if (value < kSteps) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 6;
    return (shift + 1) * kSteps + static_cast<std::size_t>((value >> shift) - kSteps);
  }
  static std::uint64_t lower_bound(std::size_t bucket) {
    if (bucket < kSteps) return bucket;
    return (kSteps + bucket % kSteps) << (bucket / kSteps - 1);
  }
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(64 * kSteps);
};

}  // namespace wasmqtt::load
