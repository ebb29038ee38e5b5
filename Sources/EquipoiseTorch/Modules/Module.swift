// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A part of a network. Its parameters, buffers and sub-modules are its stored properties, found by
/// reflection; their dotted names come from the property names, `camelCase` as `snake_case`, array
/// elements by index: `layer1.0.bn1.running_mean`. A `CustomReflectable` module gives other names; with dots they stay as
/// they are: `output.LayerNorm`.
public protocol Module: AnyObject {}

/// Modules under names that are not Swift properties, such as one encoder for each modality.
public struct ModuleDictionary<Element> {
  /// The entries in a fixed order.
  public let entries: [(name: String, module: Element)]

  /// Entries in the order they shall be kept.
  public init(_ entries: [(name: String, module: Element)]) {
    precondition(Set(entries.map(\.name)).count == entries.count, "a module name twice")
    self.entries = entries
  }

  /// The names in order.
  public var names: [String] { entries.map(\.name) }

  /// The modules in order.
  public var modules: [Element] { entries.map(\.module) }

  /// The module of a name.
  public subscript(name: String) -> Element? { entries.first { $0.name == name }?.module }
}

/// Lets the walk see entries whatever their static type.
protocol NamedModules {
  var namedModules: [(String, any Module)] { get }
}

extension ModuleDictionary: NamedModules {
  var namedModules: [(String, any Module)] {
    entries.compactMap { entry in (entry.module as? any Module).map { (entry.name, $0) } }
  }
}

extension Module {
  /// Every parameter with its dotted name, in the order of declaration.
  public var namedParameters: [NamedParameter] {
    leaves.compactMap { name, leaf in (leaf as? Parameter).map { (name, $0) } }
  }

  /// Every buffer with its dotted name, in the order of declaration.
  public var namedBuffers: [(name: String, buffer: Buffer)] {
    leaves.compactMap { name, leaf in (leaf as? Buffer).map { (name, $0) } }
  }

  /// Every parameter, in the order of declaration.
  public var parameters: [Parameter] { namedParameters.map(\.parameter) }

  /// The number of trainable numbers.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.leaf.count } }

  /// Every module inside with its dotted name, this one first under the empty name.
  public var namedModules: [(name: String, module: any Module)] {
    var found: [(name: String, module: any Module)] = []
    walk(self, "") { name, item in
      if let module = item as? any Module { found.append((name, module)) }
    }
    return found
  }

  /// Parameters and buffers by dotted name: what a file of weights holds.
  public var state: [NamedTensor] {
    leaves.compactMap { name, leaf in
      switch leaf {
      case let parameter as Parameter: (name, parameter.leaf.detached())
      case let buffer as Buffer: (name, buffer.value)
      default: nil
      }
    }
  }

  /// Moves every parameter and buffer. Make optimisers afterwards.
  ///
  /// - Parameters:
  ///   - device: where to.
  ///   - dtype: the floating-point type of parameters and statistics.
  ///   - layout: how weights of rank 4 lie in memory.
  public func move(
    to device: Device, dtype: DType = .float32, layout: MemoryLayoutOrder = .preserve
  ) {
    for (_, parameter) in namedParameters {
      let order = parameter.leaf.rank == 4 ? layout : .preserve
      parameter.move(to: device, dtype: dtype, layout: order)
    }
    for (_, buffer) in namedBuffers { buffer.move(to: device, dtype: dtype) }
  }

  private var leaves: [(String, AnyObject)] {
    var found: [(String, AnyObject)] = []
    walk(self, "") { name, item in
      if item is Parameter || item is Buffer { found.append((name, item)) }
    }
    return found
  }
}

/// Visits `item` and, for a module, everything stored inside it.
private func walk(_ item: Any, _ name: String, _ visit: (String, AnyObject) -> Void) {
  switch Kind.of(item) {
  case .leaf: visit(name, item as AnyObject)
  case .module:
    visit(name, item as AnyObject)
    for child in Mirror(reflecting: item).children {
      guard let label = child.label, Kind.of(child.value) != .other else { continue }
      walk(child.value, joined(name, SnakeCase.of(label)), visit)
    }
  case .named:
    guard let named = item as? any NamedModules else { return }
    for (key, module) in named.namedModules { walk(module, joined(name, key), visit) }
  case .list:
    guard let list = item as? [Any] else { return }
    for (index, element) in list.enumerated() { walk(element, joined(name, "\(index)"), visit) }
  case .optional:
    if let some = Mirror(reflecting: item).children.first { walk(some.value, name, visit) }
  case .other: break
  }
}

/// What a stored value is to the walk, which its type alone decides. Asking costs a walk most of its time, so types are
/// asked once.
private enum Kind {
  case leaf, module, named, list, optional, other

  private static let known = Mutex<[ObjectIdentifier: Kind]>([:])

  static func of(_ item: Any) -> Kind {
    let key = ObjectIdentifier(type(of: item))
    if let kind = known.withLock({ $0[key] }) { return kind }
    let kind = asked(item)
    known.withLock { $0[key] = kind }
    return kind
  }

  private static func asked(_ item: Any) -> Kind {
    // First, as a cast of what is there looks inside.
    if Mirror(reflecting: item).displayStyle == .optional { return .optional }
    switch item {
    case is Parameter, is Buffer: return .leaf
    case is any Module: return .module
    case is any NamedModules: return .named
    case is [Any]: return .list
    default: return .other
    }
  }
}

private func joined(_ prefix: String, _ name: String) -> String {
  prefix.isEmpty ? name : prefix + "." + name
}

/// `runningMean` → `running_mean`; `layer1` stays, and so does a name with dots, which is no property's but one of files.
private enum SnakeCase {
  private static let known = Mutex<[String: String]>([:])

  static func of(_ name: String) -> String {
    if let result = known.withLock({ $0[name] }) { return result }
    let result = made(name)
    known.withLock { $0[name] = result }
    return result
  }

  private static func made(_ name: String) -> String {
    if name.contains(".") { return name }
    var result = ""
    for character in name {
      if character.isUppercase, !result.isEmpty { result.append("_") }
      result += character.lowercased()
    }
    return result
  }
}
