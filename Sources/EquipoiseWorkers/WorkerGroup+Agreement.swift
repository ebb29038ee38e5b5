// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseTorch
import Foundation

/// What a worker finds for all, or why it could not.
private struct Finding<Value: Codable>: Codable {
  var value: Value?
  var problem: String?
}

extension WorkerGroup {
  /// What the first worker finds, on all: of files that it alone can see, for one.
  ///
  /// - Parameter body: Run by the first worker alone.
  /// - Returns: Its result.
  /// - Throws: What `body` throws; on the other workers an `EquipoiseError` that says so.
  package func agreed<Value: Codable>(_ body: () throws -> Value) throws -> Value {
    guard isFirst else {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .named
      let found = try decoder.decode(Finding<Value>.self, from: try broadcast(Data()))
      if let value = found.value { return value }
      throw EquipoiseError(
        .training, "worker 0 failed: \(found.problem ?? "without a reason")")
    }
    let outcome = Result { try body() }
    let finding: Finding<Value> =
      switch outcome {
      case .success(let value): Finding(value: value)
      case .failure(let error): Finding(problem: "\(error)")
      }
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .named
    _ = try broadcast(try encoder.encode(finding))
    return try outcome.get()
  }

  /// The signal that asked any worker to stop; of several the largest number.
  package func agreedSignal(_ own: Int32?) throws -> Int32? {
    let signal = try largest(Int(own ?? 0))
    return signal == 0 ? nil : Int32(signal)
  }

  /// Throws unless all workers say the same.
  ///
  /// - Parameter facts: What must be alike, by what it is called.
  /// - Throws: `EquipoiseError`, on all workers alike, that names a worker that differs from the first, and in what.
  package func checkAlike(_ facts: [String: String]) throws {
    let all = try gathered(try JSONEncoder().encode(facts))
      .map { try JSONDecoder().decode([String: String].self, from: $0) }
    for (rank, own) in all.enumerated().dropFirst() {
      guard let name = facts.keys.sorted().first(where: { own[$0] != all[0][$0] }) else { continue }
      throw EquipoiseError(
        .training,
        "\(name) of worker \(rank) is \(own[name] ?? "none"), and that of worker 0 "
          + "\(all[0][name] ?? "none")",
        fix: "start all workers with one program, one configuration and the same data")
    }
  }

  /// Throws unless all workers' numbers are the same.
  ///
  /// - Parameters:
  ///   - tensors: By name.
  ///   - moment: When, for the message.
  /// - Throws: `EquipoiseError`, on all workers alike, that names the first worker and tensor that differ.
  package func checkEqual(_ tensors: [NamedTensor], _ moment: String) throws {
    // Equal bits have equal sums, and other bits others all but surely.
    let sums = withoutGradient {
      tensors.map { named -> Tensor in
        let numbers = named.tensor.detached().to(.cpu).to(.float64)
        return numbers.sum() + (numbers * numbers).sum() * 1.7320508075688772
      }
    }
    guard !sums.isEmpty else { return }
    let all = try gathered(Tensor.stacked(sums)).array(of: Double.self)
    let count = tensors.count
    for index in 0..<self.count * count
    where all[index].bitPattern != all[index % count].bitPattern {
      throw EquipoiseError(
        .training,
        "the weights of worker \(index / count) differ from those of worker 0 \(moment) "
          + "(first: \(tensors[index % count].name))",
        fix: "continue from the last checkpoint on machines of one kind, and report this")
    }
  }

  /// The numbers of the first worker.
  package func broadcast(_ tensors: [NamedTensor]) throws -> [NamedTensor] {
    try tensors.map { (name: $0.name, tensor: try broadcast($0.tensor.detached())) }
  }
}
