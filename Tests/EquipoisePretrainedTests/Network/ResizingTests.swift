// SPDX-License-Identifier: Apache-2.0
@testable import EquipoisePretrained
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

/// Trained weights for other channels and grids. Numbers by hand.
struct ResizingTests {
  /// Two filters of three channels, each one number: 1, 2, 3 and 4, 5, 6.
  private let weight = Tensor((1...6).map(Float.init), shape: [2, 3, 1, 1])

  @Test func oneChannelTakesTheSum() {
    expectNumbers(Resizing.channels(of: weight, to: 1), [6, 15])
  }

  @Test func moreChannelsRepeatTheTrainedOnesScaled() {
    let found = Resizing.channels(of: weight, to: 4)
    #expect(found.shape == [2, 4, 1, 1])
    expectNumbers(found, [0.75, 1.5, 2.25, 0.75, 3, 3.75, 4.5, 3])
    expectNumbers(Resizing.channels(of: weight, to: 2), [1.5, 3, 6, 7.5])
  }

  @Test func theSameChannelsStay() {
    #expect(isEqual(Resizing.channels(of: weight, to: 3), weight))
  }

  /// A table that is linear along the rows stays so inside, and the first rows stay as they are.
  @Test func placesOfAnotherGrid() {
    let table = Tensor((0..<17).map { Float($0 == 0 ? 99 : ($0 - 1) / 4) }, shape: [1, 17, 1])
    let found = Resizing.places(table, prefix: 1, from: [4, 4], to: [4, 8])
    #expect(found.shape == [1, 33, 1])
    let numbers = found.array(of: Float.self)
    #expect(numbers[0] == 99)
    for row in 0..<4 {
      for column in 0..<8 { #expect(abs(numbers[1 + 8 * row + column] - Float(row)) < 1e-5) }
    }
    #expect(isEqual(Resizing.places(table, prefix: 1, from: [4, 4], to: [4, 4]), table))
  }
}
