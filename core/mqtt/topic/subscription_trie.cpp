// Filters filed level by level in a tree, and a name's way through it along every filter that matches.
#include "mqtt/topic/subscription_trie.h"

#include "mqtt/topic/topic_levels.h"

namespace mqtt {

namespace {

constexpr std::string_view kMultiLevelWildcard = "#";

// A filter without the '#' at its end: "a/#" is filed under "a", and "#" under the root, as what is `below`.
struct FilterPath {
  explicit FilterPath(std::string_view filter)
      : path(filter),
        is_root(filter == kMultiLevelWildcard),
        ends_with_multi_level_wildcard(is_root || filter.ends_with("/#")) {
    if (ends_with_multi_level_wildcard && !is_root) path.remove_suffix(2);
  }

  NodeId find_in(const LevelTree& tree) const { return is_root ? LevelTree::kRoot : tree.find(path); }
  NodeId obtain_in(LevelTree& tree) const { return is_root ? LevelTree::kRoot : tree.obtain(path); }

  std::string_view path;
  bool is_root;
  bool ends_with_multi_level_wildcard;
};

// A place is a node and, in the lowest bit, whether it is what is `below` it.
FilterPlace place_at(NodeId node, const FilterPath& path) {
  return (node << 1) | FilterPlace{path.ends_with_multi_level_wildcard};
}
NodeId node_of(FilterPlace place) {
  return place >> 1;
}
bool is_below(FilterPlace place) {
  return (place & 1) != 0;
}

template <typename Node>
auto& list_of(Node& node, FilterPlace place) {
  return is_below(place) ? node.below : node.here;
}

}  // namespace

SubscriptionTrie::Insertion SubscriptionTrie::insert(std::string_view filter, const Subscription& subscription) {
  const FilterPath path(filter);
  const NodeId node = path.obtain_in(tree_);
  const FilterPlace place = place_at(node, path);
  const auto inserted = lists_.insert(list_of(tree_[node], place), subscription);
  if (inserted != SubscriberLists::Inserted::Added) return {place, false};
  if (steps_.size() <= tree_.depth()) steps_.resize(tree_.depth() + 1);
  ++size_;
  return {place, true};
}

bool SubscriptionTrie::erase(FilterPlace place, SubscriberId subscriber) {
  if (place == kNowhere || !lists_.erase(list_of(tree_[node_of(place)], place), subscriber)) return false;
  tree_.prune(node_of(place));
  --size_;
  return true;
}

const Subscription* SubscriptionTrie::find(std::string_view filter, SubscriberId subscriber) const {
  const FilterPlace place = place_of(filter);
  return place == kNowhere ? nullptr : lists_.find(list_of(tree_[node_of(place)], place), subscriber);
}

FilterPlace SubscriptionTrie::place_of(std::string_view filter) const {
  const FilterPath path(filter);
  const NodeId node = path.find_in(tree_);
  if (node == kNoNode) return kNowhere;
  const FilterPlace place = place_at(node, path);
  return list_of(tree_[node], place) == 0 ? kNowhere : place;
}

std::string SubscriptionTrie::filter_at(FilterPlace place) const {
  if (node_of(place) == LevelTree::kRoot) return std::string(kMultiLevelWildcard);
  const std::string path = tree_.path(node_of(place));
  return is_below(place) ? path + "/#" : path;
}

void SubscriptionTrie::match(std::string_view name, std::vector<Subscription>& out) const {
  if (size_ == 0) return;
  const bool is_dollar_name = name.starts_with('$');
  TopicLevels rest(name);
  std::size_t known_levels = 0;  // of the name, looked up so far: no more than the tree is deep
  std::size_t pending = 0;
  NodeId at = LevelTree::kRoot;
  std::uint32_t depth = 0;
  for (;;) {
    const LevelNode& node = tree_[at];
    const bool wildcards_match = depth > 0 || !is_dollar_name;  // [MQTT-4.7.2-1]
    if (wildcards_match) lists_.append_to(node.below, out);
    NodeId next = kNoNode;
    if (depth == known_levels && rest.done()) {
      lists_.append_to(node.here, out);
    } else if (node.first_child != kNoNode || node.plus_child != kNoNode) {
      if (depth == known_levels) steps_[known_levels++].level = tree_.level(rest.next());
      const LevelId level = steps_[depth].level;
      if (level != kNoLevel && node.first_child != kNoNode) next = tree_.child(at, level);
      if (node.plus_child != kNoNode && wildcards_match) {
        steps_[pending].pending = node.plus_child;
        steps_[pending++].pending_depth = depth + 1;
      }
    }
    if (next != kNoNode) {
      at = next;
      ++depth;
    } else if (pending > 0) {
      at = steps_[--pending].pending;
      depth = steps_[pending].pending_depth;
    } else {
      return;
    }
  }
}

std::size_t SubscriptionTrie::memory_bytes() const {
  return sizeof *this + tree_.memory_bytes() + lists_.memory_bytes() + steps_.capacity() * sizeof(MatchStep);
}

}  // namespace mqtt
