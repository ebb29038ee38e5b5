// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseWorkers

/// What workers decide and compare together.
struct AgreementTests {
  @Test func theFirstWorkersFindingIsEverybodys() throws {
    let found = try WorkerThreads.run(3) { group in
      try group.agreed { [Double(group.rank) + 0.1, .nan, .infinity] }
    }
    #expect(found.allSatisfy { $0[0] == 0.1 && $0[1].isNaN && $0[2] == .infinity })
  }

  @Test func theFirstWorkersErrorIsEverybodys() throws {
    let outcomes = try WorkerThreads.outcomes(2) { group in
      try group.agreed { () throws -> Int in
        throw EquipoiseError(.data, "no such file", fix: "make it")
      }
    }
    let found = outcomes.map { outcome in message { _ = try outcome.get() } }
    #expect(found == ["no such file; make it", "worker 0 failed: no such file; make it"])
  }

  @Test func aSignalToOneReachesAll() throws {
    let found = try WorkerThreads.run(3) { group in
      try [group.agreedSignal(group.rank == 2 ? 15 : nil), group.agreedSignal(nil)]
    }
    #expect(found.allSatisfy { $0 == [15, nil] })
  }

  /// Equal numbers pass, also those that are none; of others the first is named.
  @Test func otherWeightsAreNamed() throws {
    let outcomes = try WorkerThreads.outcomes(2) { group in
      let same: NamedTensor = ("same", Tensor([1.5, .nan]))
      try group.checkEqual([same], "at first")
      try group.checkEqual([same, ("other", Tensor([Double(group.rank)]))], "after epoch 3")
    }
    for outcome in outcomes {
      let found = message { _ = try outcome.get() }
      #expect(
        found?.contains(
          "the weights of worker 1 differ from those of worker 0 after epoch 3 (first: other)")
          == true, "\(found ?? "")")
    }
  }
}
