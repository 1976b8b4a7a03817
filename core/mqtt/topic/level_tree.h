// Paths of topic levels -> nodes of a tree, which the tries hang their own things on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mqtt/topic/hash.h"
#include "mqtt/topic/id_table.h"
#include "mqtt/topic/level_table.h"
#include "mqtt/topic/pool.h"

namespace mqtt {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0;

// Two share a cache line.
struct alignas(32) LevelNode {
  NodeId parent = kNoNode;
  LevelId level = kNoLevel;  // none for the root and for '+'
  NodeId plus_child = kNoNode;
  // The other children, oldest first; previous_sibling of the first one is the last one.
  NodeId first_child = kNoNode;
  NodeId next_sibling = kNoNode;
  NodeId previous_sibling = kNoNode;
  // The trie's own: what belongs to the path that ends here, and to this path with '#' behind it. 0: nothing. In a tree
  // of dated nodes `below` is the node's date: of two siblings the one that came later has the higher one.
  std::uint32_t here = 0;
  std::uint32_t below = 0;
};

// A child is found in constant time through one table for the whole tree; '+' is no text but a field of its parent.
// Nodes are neither moved nor renumbered; a reference to one holds until it is pruned.
class LevelTree {
 public:
  static constexpr NodeId kRoot = 1;

  enum class Dates : std::uint8_t { None, Kept };

  explicit LevelTree(Dates dates = Dates::None) : has_dates_(dates == Dates::Kept) { nodes_.take(); }

  LevelNode& operator[](NodeId node) { return nodes_[node]; }
  const LevelNode& operator[](NodeId node) const { return nodes_[node]; }

  // The level's number, kNoLevel if no node of the tree bears this text.
  LevelId level(std::string_view text) const { return levels_.find(text); }
  // The text of a node's level; precondition: it is neither the root nor a '+'.
  std::string_view text(NodeId node) const { return levels_.text(nodes_[node].level); }
  // kNoNode if there is none; precondition: `level` is not kNoLevel.
  NodeId child(NodeId parent, LevelId level) const;

  // The path that ends at a node; precondition: it is not the root.
  std::string path(NodeId node) const;
  // The node of a path without '#', kNoNode if there is none.
  NodeId find(std::string_view path) const;
  // Makes what is missing. What it makes must be given something to hold, or pruned.
  NodeId obtain(std::string_view path);
  // Removes the node and its ancestors as far as they have neither children nor anything `here` or `below`, which a
  // date is not.
  void prune(NodeId node);

  std::size_t node_count() const { return nodes_.size(); }  // with the root
  // No node has had more levels above it, itself included, since the tree was last empty.
  std::size_t depth() const { return depth_; }
  std::size_t memory_bytes() const;

 private:
  NodeId find_child(NodeId parent, std::string_view text) const;
  NodeId obtain_child(NodeId parent, std::string_view text);
  void append_child(NodeId parent, NodeId node);
  void unlink(NodeId node);
  // What IdTable asks for to file a node.
  auto hash_of_node() const {
    return [this](NodeId node) { return hash_pair(nodes_[node].parent, nodes_[node].level); };
  }

  Pool<LevelNode> nodes_;
  IdTable children_;  // all but first ones: most nodes have one child, which is at hand without a search
  LevelTable levels_;
  std::size_t depth_ = 0;
  std::uint32_t last_date_ = 0;
  bool has_dates_;
};

}  // namespace mqtt
