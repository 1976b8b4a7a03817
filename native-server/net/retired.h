// Objects that are done with, freed when no code of theirs can be running any more.
#pragma once

#include <memory>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

namespace wasmqtt {

// A connection that ends is usually found out by its own code, deep in a callback; so its owner retires it, and a
// handler of its own frees it.
template <typename T>
class Retired {
 public:
  explicit Retired(asio::io_context& io) : io_(io) {}

  void add(std::unique_ptr<T> object) {
    if (objects_->empty()) asio::post(io_, [objects = objects_] { objects->clear(); });
    objects_->push_back(std::move(object));
  }

 private:
  asio::io_context& io_;
  // Shared with the handler, which may run when the owner is gone.
  std::shared_ptr<std::vector<std::unique_ptr<T>>> objects_ = std::make_shared<std::vector<std::unique_ptr<T>>>();
};

}  // namespace wasmqtt
