// A set of topic names, of which it keeps only the hashes: 8 to 16 bytes for each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mqtt {

// Many small tables, so that none takes long to grow. Two names are taken for one in some billion sets of a million.
class TopicSet {
 public:
  static constexpr std::size_t kMostTopics = std::size_t{1} << 21;

  bool contains(std::string_view topic) const;
  // Nothing is done once kMostTopics are in it.
  void insert(std::string_view topic);
  void erase(std::string_view topic);
  void clear();
  bool is_full() const { return size_ >= kMostTopics; }
  std::size_t size() const { return size_; }

 private:
  // Open addressing with linear probing; 0 is a free place.
  struct Table {
    std::vector<std::uint64_t> places;  // a power of two, or none
    std::size_t used = 0;
  };
  static constexpr std::size_t kTables = 256;

  static std::uint64_t hash_of(std::string_view topic);
  Table& table_of(std::uint64_t hash) { return tables_[hash >> 56]; }
  const Table& table_of(std::uint64_t hash) const { return tables_[hash >> 56]; }
  // The place that holds the hash, or the free one where it belongs. Precondition: the table has places.
  static std::size_t find(const Table& table, std::uint64_t hash);
  static void grow(Table& table);

  std::array<Table, kTables> tables_;
  std::size_t size_ = 0;
};

}  // namespace mqtt
