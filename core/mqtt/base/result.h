// A value or the Error that stands in its place. Named as std::expected, which may replace it with C++23.
#pragma once

#include <cassert>
#include <optional>
#include <utility>

#include "mqtt/base/error.h"

namespace mqtt {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T&& value) : value_(std::move(value)) {}
  Result(const T& value) : value_(value) {}
  Result(Error error) : error_(error) {}

  bool has_value() const { return value_.has_value(); }
  explicit operator bool() const { return has_value(); }

  // Precondition of the next three: has_value().
  T& operator*() {
    assert(has_value());
    return *value_;
  }
  const T& operator*() const {
    assert(has_value());
    return *value_;
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }

  // Precondition: !has_value().
  const Error& error() const {
    assert(!has_value());
    return error_;
  }

 private:
  // Not a std::variant, whose moves and destruction are calls through tables.
  std::optional<T> value_;
  Error error_{};
};

// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(error), failed_(true) {}

  bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }

  // Precondition: !has_value().
  const Error& error() const {
    assert(failed_);
    return error_;
  }

 private:
  Error error_{};
  bool failed_ = false;
};

}  // namespace mqtt
